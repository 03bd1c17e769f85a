/** @file Everything that is wrong with one thing, told at once: one problem reads as a sentence, several as a table. */
import type { ErrorDetails } from "./errors.js";
import { formatTable } from "./table.js";

/** One thing wrong: a tensor, key or file, what is the matter with it, and both sides where there are two. */
export interface Problem {
  readonly subject: string;
  readonly problem: string;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
  readonly hint?: string | undefined;
}

/** What an error of these problems says. `what` names the file or folder; `hint` is for all of them. */
export function problemDetails(what: string, problems: readonly Problem[], hint?: string): ErrorDetails {
  const [first, ...others] = problems;
  if (first !== undefined && others.length === 0) {
    return {
      message: `${first.subject}: ${first.problem}`,
      expected: first.expected,
      got: first.got,
      where: what,
      hint: first.hint ?? hint,
    };
  }
  return { message: `${problems.length} problems in ${what}`, details: problemTable(problems), hint };
}

/** The most rows a table of problems shows; a wrong model would otherwise fill pages. */
const TABLE_ROWS = 40;

function problemTable(problems: readonly Problem[]): string[] {
  const shown = problems.slice(0, TABLE_ROWS);
  const columns = [
    { title: "", cell: (p: Problem) => p.subject },
    { title: "problem", cell: (p: Problem) => p.problem },
    { title: "expected", cell: (p: Problem) => p.expected ?? "" },
    { title: "got", cell: (p: Problem) => p.got ?? "" },
    { title: "hint", cell: (p: Problem) => p.hint ?? "" },
  ].filter(({ title, cell }) => title === "" || shown.some((p) => cell(p) !== ""));
  const lines = formatTable(
    columns.map(({ title }) => title),
    shown.map((p) => columns.map(({ cell }) => cell(p))),
  );
  const hidden = problems.length - shown.length;
  return hidden === 0 ? lines : [...lines, `... and ${hidden} more`];
}
