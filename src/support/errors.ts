/// <reference lib="esnext.disposable" preserve="true" />
/** @file The one shape every error of the toolkit has: what kind, what was expected, what came, where, and one hint. */
import { authorLines } from "./own-code.js";
import { printable } from "./printable.js";

/** Frames that are kept of an error; the author's is below those of the toolkit. */
const FRAMES = 40;

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
  return printable(
    [
      `${kind}: ${details.message}`,
      ...(details.expected === undefined ? [] : [`  expected: ${details.expected}`]),
      ...(details.got === undefined ? [] : [`  got:      ${details.got}`]),
      ...(place === undefined ? [] : [`  at:       ${place}`]),
      ...(details.details ?? []).map((line) => `  ${line}`),
      ...(details.hint === undefined ? [] : [`  hint:     ${details.hint}`]),
    ].join("\n"),
  );
}

/** Exit codes of the command line (ARCHITECTURE.md): the thing checked is wrong, wrong usage, wrong environment. */
export type ExitCode = 1 | 2 | 3;

/**
 * Base of every error the toolkit throws on purpose. Subclasses exist only where a caller would act differently; `kind` is
 * the stable word that starts the text. `toJSON` gives the same as data, for `--json`.
 *
 * What Node prints of one that nobody catches is its text and the author's own frame, of those that led here the innermost; all frames are in
 * `trace`, and what it came of is in `details.cause`.
 */
export class GriffinError extends Error {
  readonly #kind: string;
  readonly #exitCode: ExitCode;
  readonly #details: ErrorDetails;
  readonly #captured: { readonly stack?: string } = {};

  constructor(kind: string, details: ErrorDetails, exitCode: ExitCode = 1) {
    const { stackTraceLimit } = Error;
    // Of an error with frames of its own Node also prints the line that made it, which is one of ours.
    Error.stackTraceLimit = 0;
    super(render(kind, details));
    Error.stackTraceLimit = FRAMES;
    Error.captureStackTrace(this.#captured, new.target);
    Error.stackTraceLimit = stackTraceLimit;
    this.#kind = kind;
    this.#exitCode = exitCode;
    this.#details = details;
    Object.defineProperty(this, "stack", { get: () => this.#stack(), configurable: true });
  }

  override get name(): string {
    return this.constructor.name;
  }

  get kind(): string {
    return this.#kind;
  }

  get exitCode(): ExitCode {
    return this.#exitCode;
  }

  get details(): ErrorDetails {
    return this.#details;
  }

  /** The frames of where it was made, the toolkit's too, a line each: for reports of defects. */
  get trace(): string {
    const [, ...lines] = (this.#captured.stack ?? "").split("\n");
    return lines.join("\n");
  }

  toJSON(): Record<string, unknown> {
    const { cause: _cause, ...rest } = this.details;
    return { kind: this.kind, ...rest };
  }

  #stack(): string {
    const [frame] = authorLines(this.trace);
    const { where } = this.details;
    if (frame !== undefined) return `${this.message}\n${frame}`;
    // Node puts what has no frames into brackets.
    return where === undefined || typeof where === "string"
      ? this.message
      : `${this.message}\n    at ${formatPosition(where)}`;
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

/** What work that writes gives. @throws EnvironmentError with what the file system says; what it throws of ours */
export async function toWrite<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof GriffinError ? cause : cannotWrite(what, cause);
  }
}

/** Something the toolkit itself got wrong: please report. Never thrown for bad input. */
export class InternalError extends GriffinError {
  constructor(message: string) {
    super("internal error", { message, hint: "this is a defect of stablegriffin, please report it" });
    Object.defineProperty(this, "stack", { value: `${this.message}\n${this.trace}` });
  }
}
