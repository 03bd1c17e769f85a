/** @file What a section of a verifier test expects: the lines with `expected-error` notes, and whether our reason is theirs. */

/** An error that must come, on this line (from 1). */
export interface ExpectedError {
  readonly line: number;
  readonly message: string;
}

const note = /expected-error(?:-re)?\s*(?:@([+-]\d+|above|below))?\s*\{\{(.*)\}\}/;

/** The notes of a section. */
export function expectedErrors(text: string): readonly ExpectedError[] {
  return text.split("\n").flatMap((line, index) => {
    const match = note.exec(line);
    if (match === null) return [];
    const [, place = "+0", message = ""] = match;
    const offset = place === "above" ? -1 : place === "below" ? 1 : Number(place);
    return [{ line: index + 1 + offset, message }];
  });
}

/** Labels such as `reduce_c5` in the name of the function that holds `line`. */
export function labelsOfFunction(text: string, line: number): readonly string[] {
  const before = text.split("\n").slice(0, line).reverse();
  const header = before.find((each) => each.includes("func.func")) ?? "";
  const name = /@([\w.-]+)/.exec(header)?.[1] ?? "";
  const op = /^(.*?)(?:_(?:c|i)\d+)/.exec(name)?.[1];
  if (op === undefined) return [];
  return [...name.matchAll(/_((?:c|i)\d+)/g)].map((match) => `${op}_${match[1]}`);
}

/** Our complaint about a section. */
export interface Complaint {
  /** The constraint's label; "parse" and "attribute" when the parser complained. */
  readonly label: string;
  readonly line: number | undefined;
  readonly text: string;
}

/** Complaints that stand under one label of ours, by how the same complaint is worded elsewhere. */
const wordings: Readonly<Record<string, RegExp>> = {
  result_type:
    /inferred (type|shape)|compatible with|same (type|shape|element)|number of operands and results/,
  operand_type: /must be .*(tensor|but got)|but got 'tensor/,
  attribute: /failed to satisfy|requires attribute|Precision|expected '\['/,
  operands: /or more operands|parameters, but/,
  regions: /one region/,
  parse:
    /pars|expected|Unexpected|Expected|Duplicate|duplicated|Bounds|bound|static shape|do not match|must be ranked/,
};

/** What a complaint is about: both sides must speak of it. */
const topics: readonly RegExp[] = [
  /\brank|dimension|dims?\b|_dim\b|scalar|\b0D\b|vector/i,
  /negative|positive|lie in|range|valid index|smaller|satisfy|out-of-bounds/i,
  /compatible|\bfit|match|square|equal|takes? /i,
  /static|inferred|written/i,
  /shape|\bsizes?\b|number of elements|multiple|divi|elements/i,
  /element.?type|storage|expressed|promot|\bfloat|type/i,
  /scale|zero.?point|quanti[sz]/i,
  /operand|input|argument|parameter/i,
  /result|return|produce|program/i,
  /replica|group|channel|pair|source|target/i,
  /window|stride|dilat|padding|layout|algorithm|component|precision|tolerance|permutation|transpose/i,
  /token|tuple|alias|config|mesh|function|feed|region|body|branch|future|buffer/i,
];

/** Whether our complaint is the expected one: the label of the function that shows it, the same words, or the same topic. */
export function isSameReason(expected: ExpectedError, labels: readonly string[], ours: Complaint): boolean {
  if (labels.includes(ours.label)) return true;
  const wording = wordings[ours.label];
  if (wording !== undefined) return wording.test(expected.message);
  return topics.some((topic) => topic.test(expected.message) && topic.test(ours.text));
}
