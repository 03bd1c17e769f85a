/** @file All documents that the tool writes, wholly or in part, as they should be. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandLinePage } from "./command-line.js";
import { withExamples } from "./examples.js";
import { opPages } from "./ops.js";
import { passesPage } from "./passes.js";

/** Documents that people write, by their paths: their blocks may show examples. */
export function writtenDocuments(root: string, generated: Iterable<string>): readonly string[] {
  const made = new Set(generated);
  const docs = readdirSync(join(root, "docs")).map((name) => `docs/${name}`);
  return ["README.md", ...docs.filter((path) => path.endsWith(".md") && !made.has(path))].sort();
}

/** Pages that come from tables alone. */
export function generatedPages(): ReadonlyMap<string, string> {
  const pages: ReadonlyMap<string, string> = new Map([
    ...opPages(),
    ["passes.md", passesPage()],
    ["command-line.md", commandLinePage()],
  ]);
  return new Map([...pages].map(([path, text]) => [`docs/${path}`, text]));
}

/** Every document by its path, as it should be. @throws Error for a block that names an example that is not there */
export function allDocuments(root: string): ReadonlyMap<string, string> {
  const generated = generatedPages();
  const written = writtenDocuments(root, generated.keys()).map(
    (path) => [path, withExamples(root, readFileSync(join(root, path), "utf8"))] as const,
  );
  return new Map([...generated, ...written]);
}
