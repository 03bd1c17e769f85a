/**
 * @file Runs the verifier over programs: a section (a file, or what stands between `// -----` lines) with an `expected-error`
 * note must be rejected on that line for that reason, every other accepted. Run:
 *
 *     npx jiti tools/conformance/verify.ts FOLDER
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { ParseError, VerifyError } from "../../src/ir/errors.js";
import { parseModule, splitInput } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { type Complaint, expectedErrors, isSameReason, labelsOfFunction } from "./expected.js";
import { programFiles } from "./files.js";

/** What a run over a folder found. */
export interface VerifyScore {
  readonly positives: { readonly passed: number; readonly total: number };
  readonly negatives: { readonly passed: number; readonly total: number };
  /** One line per section that failed: its file, first line and what came instead. */
  readonly failures: readonly string[];
}

/** The parser already refuses attributes of the wrong kind. */
const labelOfParse = (message: string): string =>
  /^attribute \w+ (must be|is missing)/.test(message) ? "attribute" : "parse";

/** Whether `line` lies in the operation that starts on line `start`: no other starts between them. */
function isSameOperation(text: string, start: number, line: number): boolean {
  const between = text.split("\n").slice(start, line);
  return line >= start && !between.some((each) => /^\s*(%[\w:#, ]+=|"?\w+\.\w+"?[ (])/.test(each));
}

/** The first complaint about a section; undefined when it verifies. */
function complaintOf(text: string): Complaint | undefined {
  try {
    verifyModule(parseModule(text, { allowUnknownOps: true }));
    return undefined;
  } catch (error) {
    if (!(error instanceof VerifyError) && !(error instanceof ParseError)) throw error;
    const { where, message } = error.details;
    const line = typeof where === "object" ? where.line : undefined;
    const label = error instanceof VerifyError ? (error.constraint ?? "") : labelOfParse(message);
    return { label, line, text: message };
  }
}

/** What is wrong with our verdict on a section; undefined when it is right. */
function judge(text: string): string | undefined {
  const expected = expectedErrors(text);
  const complaint = complaintOf(text);
  if (expected.length === 0) return complaint === undefined ? undefined : `rejected: ${complaint.text}`;
  if (complaint === undefined) return `accepted, but expected: ${expected[0]!.message}`;
  const { label, line } = complaint;
  const here = expected.filter(
    (each) => line === undefined || label === "parse" || isSameOperation(text, line, each.line),
  );
  if (here.length === 0) return `rejected on line ${line}, not ${expected[0]!.line}: ${complaint.text}`;
  if (here.some((each) => isSameReason(each, labelsOfFunction(text, each.line), complaint))) return undefined;
  return `rejected as ${label} (${complaint.text}), but expected: ${here[0]!.message}`;
}

/** Judges every section of the `.mlir` files below `folder`. */
export function verifyConformance(folder: string): VerifyScore {
  const count = { positives: { passed: 0, total: 0 }, negatives: { passed: 0, total: 0 } };
  const failures: string[] = [];
  for (const file of programFiles(folder)) {
    for (const { text, firstLine } of splitInput(readFileSync(file, "utf8"))) {
      if (text.trim() === "") continue;
      const kind = expectedErrors(text).length === 0 ? "positives" : "negatives";
      const problem = judge(text);
      count[kind].total++;
      if (problem === undefined) count[kind].passed++;
      else failures.push(`${relative(folder, file)}:${firstLine}: ${problem}`);
    }
  }
  return { ...count, failures };
}

if (process.argv[1]?.endsWith("conformance/verify.ts") === true) {
  const folder = process.argv[2] ?? "";
  const { positives, negatives, failures } = verifyConformance(folder);
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  process.stdout.write(
    `accepted ${positives.passed} of ${positives.total} valid sections, ` +
      `rejected ${negatives.passed} of ${negatives.total} invalid ones for the stated reason\n`,
  );
  process.exitCode = failures.length === 0 ? 0 : 1;
}
