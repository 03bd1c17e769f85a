/** @file For tests: what a body traces to, as text, and what it complains about, with the place checked. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { type TracedProgram, type ProgramOptions, program } from "../../src/dsl/index.js";
import { printModule } from "../../src/ir/text/index.js";
import { GriffinError } from "../../src/support/errors.js";

type Body = () => ReturnType<Parameters<typeof program>[1]>;

/** The module that a body traces to, without its name. */
export function traced(body: Body, options: Partial<ProgramOptions> = {}): string {
  return textOf(program({ name: "test", ...options }, body));
}

export const textOf = (traced: TracedProgram): string => printModule(traced.module).trimEnd();

/**
 * The text of the error that a body throws. Its place must be in a file under test/, on the line that the error shows, and
 * becomes `test/… LINE`, so that texts do not change with what stands above them.
 */
export function complaint(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof GriffinError) return checkedPlace(error);
    throw error;
  }
  throw new Error("nothing was complained about");
}

/** Like `complaint`, for a body of a program. */
export const traceComplaint = (body: () => unknown): string =>
  complaint(() => program({ name: "test" }, body as Body));

function checkedPlace({ message }: GriffinError): string {
  if (!message.includes("\n  | ")) {
    return message.replace(
      /at: {7}(.*):\d+:\d+/,
      (_, file) => `at:       ${relative(process.cwd(), file)} LINE`,
    );
  }
  return message.replace(
    /at: {7}(.*):(\d+):(\d+)\n {2}\| (.*)\n {2}\| ( *)\^/,
    (_, file, line, column, shown, blanks) => {
      const source = readFileSync(file, "utf8").split("\n")[Number(line) - 1]!;
      const caret = source.length - source.trimStart().length + blanks.length + 1;
      if (source.trim() !== shown || caret !== Number(column)) throw new Error(`wrong place:\n${message}`);
      return `at:       ${relative(process.cwd(), file)} LINE\n  | ${shown}\n  | ${blanks}^`;
    },
  );
}
