/** @file The errors of the interpreter: a program it cannot run, and one that goes wrong while it runs. */
import { type ErrorDetails, GriffinError } from "../../support/errors.js";
import { areNumbers, beyondNumbers, type Integer } from "../integers.js";
import { describeLocation, sourcePosition } from "../location.js";
import type { Operation } from "../operation.js";

/** Where an operation comes from, for an error. */
export const whereOf = (operation: Operation): ErrorDetails["where"] =>
  sourcePosition(operation.location) ?? describeLocation(operation.location);

/** A program that cannot be run as asked: a wrong function name, wrong inputs, a loop without end. */
export class InterpretError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("interpret error", details);
  }
}

/**
 * An op, or an element type of one, that the interpreter does not know; `reason` is one phrase, to count by.
 */
export class UnsupportedError extends InterpretError {
  constructor(
    readonly reason: string,
    message: string,
    where?: ErrorDetails["where"],
  ) {
    super({ message, where, hint: "run the program through a plugin instead" });
  }
}

/** The integers of an attribute, which the interpreter computes with as numbers. @throws UnsupportedError for one beyond 2^53 */
export function numbersOf(operation: Operation, values: readonly Integer[]): readonly number[] {
  if (areNumbers(values)) return values;
  throw new UnsupportedError(
    "integers beyond 2^53",
    `${operation.name} with ${beyondNumbers(values)} in an attribute is not interpreted: it is beyond 2^53`,
    whereOf(operation),
  );
}

/** An op that has no meaning for elements of some type. */
export const unsupportedElement = (name: string, element: string): UnsupportedError =>
  new UnsupportedError(`element type ${element}`, `${name} of ${element} is not interpreted`);
