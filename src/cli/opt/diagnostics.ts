/**
 * @file `// expected-error@+1 {{words}}`: a program says which errors it must give, as MLIR's tests do. Reading gives all
 * errors of a text, verifying the first only. Expected notes and warnings are not looked at: there are none.
 */
import { ParseError } from "../../ir/errors.js";
import { boundedSearch } from "../../support/bounded-pattern.js";
import { type GriffinError, type SourcePosition, UsageError } from "../../support/errors.js";
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

/**
 * With -re, what stands in inner braces is a regular expression: `{{got {{[0-9]+}} operands}}`.
 * @throws UsageError for what is none
 */
function patternOf(text: string, isRegex: boolean, where: SourcePosition): RegExp {
  if (!isRegex) return new RegExp(escaped(text));
  const parts = text.split(/\{\{(.*?)\}\}/);
  try {
    return new RegExp(parts.map((part, i) => (i % 2 === 1 ? `(?:${part})` : escaped(part))).join(""));
  } catch (cause) {
    const got = (cause as Error).message;
    throw new UsageError({
      message: "expected-error-re is not valid",
      expected: "regular expressions in inner braces",
      got,
      where,
      cause,
    });
  }
}

function lineOf(place: string | undefined, line: number): number | undefined {
  if (place === "unknown") return undefined;
  if (place === "above") return line - 1;
  if (place === "below") return line + 1;
  return line + Number(place ?? 0);
}

/** The errors that the comments of a section ask for. @throws UsageError for an expression that is none */
export function expectationsOf(section: Section): readonly Expectation[] {
  return section.text.split("\n").flatMap((text, i) => {
    const found = comment.exec(text);
    if (found === null) return [];
    const words = found[3]!;
    return [
      {
        line: lineOf(found[2], section.firstLine + i),
        text: words,
        pattern: patternOf(words, found[1] !== undefined, {
          file: section.file,
          line: section.firstLine + i,
          column: 1 + found.index,
        }),
      },
    ];
  });
}

/** What an error says; not the source line it shows, in which the expectation itself may stand. */
const wordsOf = ({ details }: GriffinError): string =>
  [details.message, details.expected, details.got, details.hint]
    .filter((part) => part !== undefined)
    .join("\n");

/** The line that an error points at, if it points into a file. */
function errorLine({ details: { where } }: GriffinError): number | undefined {
  return typeof where === "object" ? where.line : undefined;
}

/**
 * What differs between the errors a section expects and those it gave; empty when all is as expected.
 * @throws UsageError for an expression that comes to no end
 */
export function checkExpectations(section: Section, error: GriffinError | undefined): readonly string[] {
  const missing = [...expectationsOf(section)];
  const unexpected: GriffinError[] = [];
  const errors = error instanceof ParseError ? error.all : error === undefined ? [] : [error];
  boundedSearch(
    "expected-error-re",
    (find) => {
      for (const given of errors) {
        const line = errorLine(given);
        const words = wordsOf(given);
        const says = ({ pattern }: Expectation): boolean => find(pattern, (each) => each.test(words));
        const at = missing.findIndex((one) => (one.line ?? line) === line && says(one));
        if (at < 0) unexpected.push(given);
        else missing.splice(at, 1);
      }
    },
    { where: section.file },
  );
  const place = (line: number | undefined): string => `${section.file}:${line ?? "unknown"}`;
  return [
    ...unexpected.map((given) => `${place(errorLine(given))}: unexpected ${given.message}`),
    ...missing.map((one) => `${place(one.line)}: expected error "${one.text}" did not come`),
  ];
}
