/** @file Parses the command line, runs the command, and turns whatever it throws into words and an exit code. */
import { type Command, CommanderError } from "commander";
import { cannotWrite, UsageError } from "../support/errors.js";
import type { Extension } from "../extension/define-extension.js";
import { CommandContext } from "./context.js";
import type { CommandLineIo, ExitStatus } from "./io.js";
import { type KnownModels, ownModels } from "./models.js";
import { createProgram } from "./program.js";
import { reportError } from "./report-error.js";

/**
 * Runs `griffin` and gives its exit code. Never throws. An output that nobody reads to its end (`griffin lower ... | head`) is no
 * error; one that cannot be written, as on a full disk, is one of the environment.
 * @param args what comes after the command's name
 * @param models those that commands know; by default this package's
 * @param extensions whose passes, strategies, stages, targets and models commands know too
 */
export async function runCommandLine(
  args: readonly string[],
  io: CommandLineIo,
  models: KnownModels = ownModels,
  extensions: readonly Extension[] = [],
): Promise<ExitStatus> {
  const context = new CommandContext(io, models, extensions);
  const status = await attempt(args, context);
  await context.flush();
  const final = context.broken === undefined ? status : judgeBroken(context, context.broken);
  await context.close();
  return final;
}

async function attempt(args: readonly string[], context: CommandContext): Promise<ExitStatus> {
  const { program, status } = createProgram(context);
  try {
    await program.parseAsync(args, { from: "user" });
    return status();
  } catch (thrown) {
    // What broke is told once, and whatever came of it is not.
    if (context.broken !== undefined) return 0;
    const error = context.admitsAuthors
      ? (await import("./modules/failure.js")).explainLater(thrown)
      : thrown;
    const flags = { json: args.includes("--json"), verbose: args.includes("--verbose") };
    if (!(error instanceof CommanderError)) return reportError(context, error, flags);
    return error.exitCode === 0
      ? 0
      : reportError(context, usageError(error, commandOf(program, args)), flags);
  }
}

function judgeBroken(context: CommandContext, broken: NodeJS.ErrnoException): ExitStatus {
  if (broken.code === "EPIPE") return 0;
  return reportError(context, cannotWrite("the output", broken), { json: false, verbose: false });
}

/** Commander's complaint in our form: `error: unknown option '--x'\n(Did you mean --y?)`. */
function usageError({ code, message }: CommanderError, command: string): UsageError {
  const [complaint = "", suggestion] = message.split("\n");
  const lists = command === "griffin" ? "commands" : "what it takes";
  const hint = suggestion === undefined ? `${command} --help lists ${lists}` : undefined;
  if (code === "commander.help") return new UsageError({ message: "no command given", hint });
  return new UsageError({
    message: complaint.replace(/^error: /, ""),
    hint: hint ?? suggestion?.replace(/^\((.*)\)$/, "$1").replace("Did you", "did you"),
  });
}

/** The command that words begin with: `griffin`, `griffin run`, `griffin golden check`. */
function commandOf(program: Command, args: readonly string[]): string {
  const [word, ...rest] = args;
  const child = program.commands.find((command) => command.name() === word);
  return child === undefined ? program.name() : `${program.name()} ${commandOf(child, rest)}`;
}
