/** @file TypeScript as the JavaScript that it is without its types, all else as it is written: for readers without a compiler. */
import ts from "typescript";

/** A stretch of the source that is left out. */
type Span = readonly [start: number, end: number];

/** Whether a statement, or a name that is imported, is of types alone. */
const isTypeOnly = (node: ts.Node): boolean =>
  ts.isTypeAliasDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  (ts.isImportDeclaration(node) && node.importClause?.isTypeOnly === true) ||
  (ts.isImportSpecifier(node) && node.isTypeOnly);

/** What types there are in a file. @throws Error for what cannot be left out alone, such as an enum */
function typesIn(file: ts.SourceFile): readonly Span[] {
  const spans: Span[] = [];
  const afterName = (type: ts.TypeNode | undefined, from: number) => {
    if (type !== undefined) spans.push([from, type.end]);
  };
  const wholeLine = (node: ts.Node) => {
    const end = file.text.indexOf("\n", node.end);
    spans.push([file.text.lastIndexOf("\n", node.getStart(file)) + 1, end < 0 ? node.end : end + 1]);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isEnumDeclaration(node) || ts.isParameterPropertyDeclaration(node, node.parent))
      throw new Error(`${file.fileName}: ${node.getText(file)} is no JavaScript without its types`);
    if (isTypeOnly(node)) {
      wholeLine(node);
      return;
    }
    if (ts.isParameter(node) || ts.isVariableDeclaration(node)) afterName(node.type, node.name.end);
    if (ts.isFunctionLike(node) && "body" in node && node.type !== undefined)
      spans.push([file.text.lastIndexOf(":", node.type.getStart(file)), node.type.end]);
    if (ts.isAsExpression(node)) spans.push([node.expression.end, node.end]);
    if (ts.isNonNullExpression(node)) spans.push([node.expression.end, node.end]);
    ts.forEachChild(node, (child) => (ts.isTypeNode(child) ? undefined : visit(child)));
  };
  visit(file);
  return spans;
}

/** @throws Error for what is no JavaScript without its types */
export function stripTypes(name: string, source: string): string {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const spans = [...typesIn(file)].sort(([a], [b]) => b - a);
  const text = spans.reduce((rest, [start, end]) => rest.slice(0, start) + rest.slice(end), source);
  return text.replace(/^[ \t]+\n/gm, "").replace(/\n{3,}/g, "\n\n");
}
