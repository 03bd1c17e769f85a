/** @file What is wrong with a checkpoint: every problem found, in one error. */
import { GriffinError } from "../support/errors.js";
import { formatTable } from "../support/table.js";

/** One thing wrong: a tensor, key or file, what is the matter with it, and both sides where there are two. */
export interface Problem {
  readonly subject: string;
  readonly problem: string;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
  readonly hint?: string | undefined;
}

/**
 * A model folder, its configuration or one of its files is not what it must be. `problems` lists all that was
 * found.
 */
export class CheckpointError extends GriffinError {
  readonly problems: readonly Problem[];

  /** `what` names the file or folder. One problem reads as a sentence, several as a table. */
  constructor(what: string, problems: readonly Problem[], hint?: string) {
    const [first, ...others] = problems;
    const single = first !== undefined && others.length === 0;
    super(
      "checkpoint error",
      single
        ? {
            message: `${first.subject}: ${first.problem}`,
            expected: first.expected,
            got: first.got,
            where: what,
            hint: first.hint ?? hint,
          }
        : {
            message: `${problems.length} problems in ${what}`,
            details: problemTable(problems),
            hint,
          },
    );
    this.problems = problems;
  }
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
