/** @file Errors for people on stderr, and for programs as JSON on stdout. */
import { type ExitCode, GriffinError } from "../support/errors.js";
import type { Colors } from "./colors.js";
import type { CommandContext } from "./context.js";
import { missingPackage } from "../support/missing-package.js";
import { systemError } from "../support/system-error.js";

export interface ReportFlags {
  readonly json: boolean;
  /** Also print the stack. */
  readonly verbose: boolean;
}

/**
 * Prints an error and gives the exit code. Ours say what, where and what to do; of anything else only the message is shown, the
 * stack with --verbose.
 */
export function reportError(
  context: CommandContext,
  thrown: unknown,
  { json, verbose }: ReportFlags,
): ExitCode {
  const error = missingPackage(thrown) ?? systemError(thrown) ?? thrown;
  const exitCode = error instanceof GriffinError ? error.exitCode : 1;
  if (json) context.printJson({ error: { ...describe(error), exitCode } });
  context.printError(colour(text(error), context.colors));
  if (verbose && error instanceof Error) context.printError(context.colors.dim(traceOf(error)));
  return exitCode;
}

function describe(error: unknown): Record<string, unknown> {
  if (error instanceof GriffinError) return error.toJSON();
  return { kind: "error", message: messageOf(error) };
}

function text(error: unknown): string {
  if (error instanceof GriffinError) return error.message;
  return `error: ${messageOf(error)}\n  hint:     --verbose shows where it comes from`;
}

/** Where an error comes from, and what it came of; of ours the text is printed already. */
function traceOf(error: Error): string {
  if (!(error instanceof GriffinError)) return error.stack ?? error.message;
  const { cause } = error.details;
  return cause instanceof Error ? `${error.trace}\ncaused by: ${cause.stack ?? cause.message}` : error.trace;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The kind red, the labels dim. */
function colour(message: string, { red, dim }: Colors): string {
  return message
    .replace(/^[^:\n]+:/, (kind) => red(kind))
    .replace(/^ {2}(expected|got|at|hint):/gm, (label) => dim(label));
}
