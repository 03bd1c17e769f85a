/** @file Parses the command line, runs the command, and turns whatever it throws into words and an exit code. */
import { CommanderError } from "commander";
import { createProgram } from "./program.js";
import { reportError } from "./report-error.js";
import { UsageError } from "../support/errors.js";

/** Runs `griffin` with Node's argv. Never throws: failures set the exit code (0 good, 1 wrong, 2 usage, 3 environment). */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  endQuietlyWhenNobodyReads();
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    const flags = { json: argv.includes("--json"), verbose: argv.includes("--verbose") };
    if (error instanceof CommanderError) {
      if (error.exitCode !== 0) process.exitCode = reportError(usageError(error), flags);
      return;
    }
    process.exitCode = reportError(error, flags);
  }
}

/** Commander's complaint in our form: `error: unknown option '--x'\n(Did you mean --y?)`. */
function usageError({ code, message }: CommanderError): UsageError {
  const [complaint = "", suggestion] = message.split("\n");
  const hint =
    suggestion === undefined
      ? "griffin --help lists commands, griffin COMMAND --help their options"
      : undefined;
  if (code === "commander.help") return new UsageError({ message: "no command given", hint });
  return new UsageError({
    message: complaint.replace(/^error: /, ""),
    hint: hint ?? suggestion?.replace(/^\((.*)\)$/, "$1").replace("Did you", "did you"),
  });
}

/** `griffin lower ... | head` closes our output early; that is no error. */
function endQuietlyWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}
