/** @file What a rule of differentiation gives the operands of an op; how rules are applied is the business of src/autodiff. */
import type { Emitter } from "./emit.js";
import type { Operation, Value } from "./operation.js";

/** A cotangent that is added to what there is by changing a part of it; `sum` is undefined when nothing came yet. */
export interface InPlace {
  into(sum: Value | undefined): Value;
}

/** What an op adds to the cotangent of an operand; made only where it is asked for. */
export type Contribution = (() => Value) | InPlace;

/** What a rule sees of an operation of which a gradient is asked. */
export interface Backward<Op> {
  /** Writes the operations of the backward computation. */
  readonly e: Emitter;
  readonly op: Op;
  /** Of the results; undefined where it is zero. At least one is there. */
  readonly cotangents: readonly (Value | undefined)[];
  /** Of the first result, for ops that have one. */
  readonly cotangent: Value;
  /** Says why there is no gradient after all. @throws DifferentiationError */
  refuse(reason: string): never;
}

/** Contributions to the cotangents of the operands, in their order; undefined where they are zero. */
export type GradientRule<Op = Operation> = (backward: Backward<Op>) => readonly (Contribution | undefined)[];
