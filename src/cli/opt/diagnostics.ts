/**
 * @file `// expected-error@+1 {{words}}`: a program says which error it must give, as MLIR's tests do. Reading and verifying
 * stop at the first error, so a section can expect one. Expected notes and warnings are not looked at: there are none.
 */
import { GriffinError } from "../../support/errors.js";
import type { Section } from "./sections.js";

/** An error that a comment asks for. */
export interface Expectation {
  /** Line of the file, from 1; undefined for `@unknown`. */
  readonly line: number | undefined;
  /** The words between the braces. */
  readonly text: string;
  readonly pattern: RegExp;
}

const comment = /expected-error(-re)?\s*(?:@([+-]\d+|above|below|unknown))?\s*\{\{(.*)\}\}/;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** With -re, what stands in inner braces is a regular expression: `{{got {{[0-9]+}} operands}}`. */
function patternOf(text: string, isRegex: boolean): RegExp {
  if (!isRegex) return new RegExp(escaped(text));
  const parts = text.split(/\{\{(.*?)\}\}/);
  return new RegExp(parts.map((part, i) => (i % 2 === 1 ? `(?:${part})` : escaped(part))).join(""));
}

function lineOf(place: string | undefined, line: number): number | undefined {
  if (place === "unknown") return undefined;
  if (place === "above") return line - 1;
  if (place === "below") return line + 1;
  return line + Number(place ?? 0);
}

/** The errors that the comments of a section ask for. */
export function expectationsOf(section: Section): readonly Expectation[] {
  return section.text.split("\n").flatMap((text, i) => {
    const found = comment.exec(text);
    if (found === null) return [];
    const words = found[3]!;
    return [
      { line: lineOf(found[2], i + 1), text: words, pattern: patternOf(words, found[1] !== undefined) },
    ];
  });
}

/** The line that an error points at, if it points into a file. */
export function errorLine(error: GriffinError): number | undefined {
  const { where } = error.details;
  return typeof where === "object" ? where.line : undefined;
}

/** What differs between the errors a section expects and the one it gave; empty when all is as expected. */
export function checkExpectations(section: Section, error: unknown): readonly string[] {
  if (error !== undefined && !(error instanceof GriffinError)) throw error;
  const expected = expectationsOf(section);
  const line = error && errorLine(error);
  const met = expected.find(
    (one) =>
      error !== undefined && one.pattern.test(error.message) && (one.line === undefined || one.line === line),
  );
  const missing = expected.filter((one) => one !== met);
  const at = (place: number | undefined): string => `${section.file}:${place ?? "unknown"}`;
  const unexpected =
    error !== undefined && met === undefined ? [`${at(line)}: unexpected ${error.message}`] : [];
  return [
    ...unexpected,
    ...missing.map((one) => `${at(one.line)}: expected error "${one.text}" did not come`),
  ];
}
