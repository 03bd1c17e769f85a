/** @file The one shape every error of the toolkit has: what kind, what was expected, what came, where, and one hint. */

/** A place in a source file: lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What an error says, as data; the text is derived from it. */
export interface ErrorDetails {
  /** One sentence: what went wrong, naming the op, file, tensor or option. */
  readonly message: string;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
  /** The author's place first (model file, IR file), never one of ours. */
  readonly where?: SourcePosition | string | undefined;
  /** What to do about it, one sentence. */
  readonly hint?: string | undefined;
  /** Further lines, e.g. a table of all problems or the plugin's own words. */
  readonly details?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** `file:line:column`, as editors and terminals link it. */
export function formatPosition(position: SourcePosition): string {
  return `${position.file}:${position.line}:${position.column}`;
}

function render(kind: string, details: ErrorDetails): string {
  const { where } = details;
  const place = where === undefined || typeof where === "string" ? where : formatPosition(where);
  return [
    `${kind}: ${details.message}`,
    ...(details.expected === undefined ? [] : [`  expected: ${details.expected}`]),
    ...(details.got === undefined ? [] : [`  got:      ${details.got}`]),
    ...(place === undefined ? [] : [`  at:       ${place}`]),
    ...(details.details ?? []).map((line) => `  ${line}`),
    ...(details.hint === undefined ? [] : [`  hint:     ${details.hint}`]),
  ].join("\n");
}

/** Exit codes of the command line (ARCHITECTURE.md): the thing checked is wrong, wrong usage, wrong environment. */
export type ExitCode = 1 | 2 | 3;

/**
 * Base of every error the toolkit throws on purpose. Subclasses exist only where a caller would act differently; `kind` is
 * the stable word that starts the text. `toJSON` gives the same as data, for `--json`.
 */
export class GriffinError extends Error {
  readonly kind: string;
  readonly exitCode: ExitCode;
  readonly details: ErrorDetails;

  constructor(kind: string, details: ErrorDetails, exitCode: ExitCode = 1) {
    super(render(kind, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.kind = kind;
    this.exitCode = exitCode;
    this.details = details;
  }

  toJSON(): Record<string, unknown> {
    const { cause: _cause, ...rest } = this.details;
    return { kind: this.kind, ...rest };
  }
}

/** The command line or an option was used wrongly (exit code 2). */
export class UsageError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("usage error", details, 2);
  }
}

/** Something outside the program is missing: plugin, python3, a file of the installation (exit code 3). */
export class EnvironmentError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("environment error", details, 3);
  }
}

/** What cannot be written, a file's path or "the output", and what the system says of it. */
export function cannotWrite(what: string, cause: unknown): EnvironmentError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EnvironmentError({ message: `cannot write ${what}`, details: [reason], cause });
}

/** Something the toolkit itself got wrong: please report. Never thrown for bad input. */
export class InternalError extends GriffinError {
  constructor(message: string) {
    super("internal error", { message, hint: "this is a defect of stablegriffin, please report it" });
  }
}
