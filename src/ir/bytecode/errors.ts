/** @file The errors of the portable artifact: bytes that are none, and programs that cannot become one. */
import { type ErrorDetails, GriffinError } from "../../support/errors.js";

/**
 * Bytes that break the format or hold what the toolkit does not know; `offset` counts bytes from the start.
 */
export class BytecodeError extends GriffinError {
  readonly offset: number;

  constructor(message: string, offset: number, more: Omit<ErrorDetails, "message" | "where"> = {}) {
    super("bytecode error", { message, where: `byte ${offset}`, ...more });
    this.offset = offset;
  }
}

/** A program that has no portable form, or none at the version asked for. */
export class PortabilityError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("portability error", details);
  }
}
