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

/** Classes of messages, by their key words, and the labels we give to the same complaint. */
const classes: readonly (readonly [message: RegExp, label: RegExp])[] = [
  [/inferred (type|shape)|number of operands and results/, /^result_type$/],
  [/operand #\d+ must be|^#\d+ must be|but got 'tensor/, /^operand_type$|_[ci]\d+$|_result$/],
  [/failed to satisfy|requires attribute/, /^attribute$|_c\d+$/],
  [/must match/, /^async_start_c3$/],
  [/^op failed to infer returned types$/, /^add_c\d+$/],
  [/one region/, /^regions$/],
  [/^expected \d+ or more operands/, /^operands$/],
  [/failed parsing|Unexpected|expected '|duplicated `|Expected array|static shape/, /^parse$/],
  [/rank 2|shape of padding/, /_c\d+$/],
  [/at least of size/, /_results$/],
  [
    /same shape|state shape|requires dimension|rank must be|must have rank|ranks|beyond the output/,
    /_c\d+$|_shapes$|^result_type$/,
  ],
  [/channel/, /_channel$|_c\d+$/],
  [/layout/, /_layout$/],
  [/tolerances/, /^result_accuracy$/],
  [/cannot be zero|and bound|fft_length|window dimension|permutation of|transpose option/, /_c\d+$|_i\d+$/],
  [/reduction-region/, /_c\d+$/],
  [/single-dimensional/, /^batch_norm_grad_c\d+$/],
];

/** Whether a complaint with our `label` is the expected one. */
export function isSameReason(expected: ExpectedError, labels: readonly string[], label: string): boolean {
  if (labels.includes(label)) return true;
  return classes.some(([message, ours]) => message.test(expected.message) && ours.test(label));
}
