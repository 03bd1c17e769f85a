/** @file What can go wrong at the plugin's border: a class where a caller would act, the plugin's words untouched. */
import { type ErrorDetails, GriffinError } from "../support/errors.js";
import { PJRT_Error_Code } from "./abi/index.js";
import { NO_TPU_HINT } from "./tpu-host.js";

/** Status codes of the C API, as XLA names them. */
export type StatusCode = keyof typeof PJRT_Error_Code;

const CODE_NAMES = new Map<number, StatusCode>(
  Object.entries(PJRT_Error_Code).map(([name, value]) => [value, name as StatusCode]),
);

/** An error that a plugin returned. `message` carries the plugin's text, its stack trace (if any) is in the details. */
export class PjrtError extends GriffinError {
  readonly code: StatusCode;
  /** Number of the status code. */
  readonly status: number;
  /** C name of the function that failed. */
  readonly call: string;
  /** The plugin's own text, whole. */
  readonly pluginMessage: string;

  constructor(
    protected readonly failure: Failure,
    more: Partial<ErrorDetails> = {},
  ) {
    const [message = "", trace] = failure.text.split(/\n*=== Source Location Trace[^\n]*\n/);
    super(`PJRT ${CODE_NAMES.get(failure.status) ?? failure.status}`, {
      message: message.trim(),
      where: `${failure.call} of ${failure.plugin}`,
      ...(trace === undefined ? {} : { details: trace.trim().split("\n") }),
      hint: hintFor(failure),
      ...more,
    });
    this.code = CODE_NAMES.get(failure.status) ?? "UNKNOWN";
    this.status = failure.status;
    this.call = failure.call;
    this.pluginMessage = failure.text;
  }
}

/** The plugin does not have this function, or has it and answers UNIMPLEMENTED. Another plugin may do it. */
export class UnsupportedByPluginError extends PjrtError {}

/** What a plugin answers; undefined where it does not have the function. @throws whatever else `ask` throws */
export function ifSupported<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnsupportedByPluginError) return undefined;
    throw error;
  }
}

/** The device has no room; the details carry its memory statistics where the plugin gives them. */
export class OutOfMemoryError extends PjrtError {
  /** The same error with more lines, e.g. memory statistics. */
  withDetails(lines: readonly string[]): OutOfMemoryError {
    const details = [...(this.details.details ?? []), ...lines];
    return new OutOfMemoryError(this.failure, { details });
  }
}

/** The plugin and this runtime do not agree on the shape of the API. */
export class IncompatiblePluginError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("incompatible plugin", details, 3);
  }
}

/** A handle was used after it was closed, donated, or its client closed. Thrown before the plugin is called. */
export class HandleClosedError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("handle closed", details);
  }
}

/** An argument does not fit what the program or the function wants. Thrown before the plugin is called. */
export class ArgumentError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("argument error", details);
  }
}

/** What is known of a failed call. */
export interface Failure {
  readonly status: number;
  readonly text: string;
  readonly call: string;
  /** File name of the plugin. */
  readonly plugin: string;
}

/** The error class for a failed call. */
export function pjrtError(failure: Failure, more: Partial<ErrorDetails> = {}): PjrtError {
  if (failure.status === PJRT_Error_Code.UNIMPLEMENTED) return new UnsupportedByPluginError(failure, more);
  if (failure.status === PJRT_Error_Code.RESOURCE_EXHAUSTED) return new OutOfMemoryError(failure, more);
  return new PjrtError(failure, more);
}

function hintFor({ status, text }: Failure): string | undefined {
  if (/forward incompatibility|unsupported version|future version/i.test(text)) {
    return "the program may be newer than the plugin's StableHLO: print it for an older version";
  }
  if (/TPU initialization failed|No jellyfish device/i.test(text)) return NO_TPU_HINT;
  if (/libtpu_lockfile|already in use by process/i.test(text)) {
    return "another process holds the TPU: one process a chip";
  }
  if (status === PJRT_Error_Code.RESOURCE_EXHAUSTED)
    return "close buffers that are no longer needed, or make the batch smaller";
  return undefined;
}
