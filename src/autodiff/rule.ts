/**
 * @file What a rule of differentiation is. A cotangent g of a value v stands for the linear form dv -> sum of g dv; of complex numbers its
 * real part counts, Re(g dv), as in JAX, so that one rule of a holomorphic function serves real and complex numbers.
 */
import type { Emitter } from "../ir/emit.js";
import type { Backward as BackwardOf, Contribution, GradientRule } from "../ir/gradient-rule.js";
import type { Location } from "../ir/location.js";
import type { Block, Operation, Value } from "../ir/operation.js";
import type { OperationOf, OpName } from "../ir/ops/index.js";
import type { Functions } from "./functions.js";

/** What a rule sees of an operation of which a gradient is asked. */
export type Backward<K extends OpName> = BackwardOf<OperationOf<K>>;

/** Contributions to the cotangents of the operands, in their order; undefined where they are zero. */
export type OperandRule<K extends OpName> = GradientRule<OperationOf<K>>;

/** Which values need a cotangent: those that depend on the inputs of the gradient. */
export interface ActiveValues {
  has(value: Value): boolean;
  /** Marks what operations make of active values, in their order. */
  mark(operations: Iterable<Operation>): void;
  /** The same inside of a function's body, of whose arguments those with `mask` are active. */
  inside(body: Block, mask: readonly boolean[]): ActiveValues;
}

/** The walk backwards through one block of code, as a rule of an op that runs code sees it. */
export interface BackwardWalk {
  /** Writes backward operations, at the end of `block`. */
  readonly e: Emitter;
  readonly block: Block;
  readonly activity: ActiveValues;
  readonly functions: Functions;
  /** A walk through code inside of an operation, whose backward operations go to a block of their own. */
  nested(block: Block): BackwardWalk;
  /** A walk through other code, such as a function's body, with an activity of its own. */
  started(block: Block, activity: ActiveValues, location: Location): BackwardWalk;
  /** What the cotangent of a value is so far; undefined while it is zero. */
  cotangentOf(value: Value): Value | undefined;
  cotangentOrZeros(value: Value): Value;
  /** Says what the cotangent of a value is, whatever it was before. */
  set(value: Value, cotangent: Value): void;
  /** Adds to the cotangent of a value; nothing for one of which no gradient is asked. */
  give(value: Value, contribution: Contribution | undefined): void;
  /** Says that a value's cotangent is that of another, by which its users have it. */
  standFor(value: Value, other: Value): void;
  /** Goes backwards through operations whose results' cotangents are complete. @throws DifferentiationError */
  walk(operations: Iterable<Operation>): void;
  /**
   * Writes operations that compute an op's results once more, here, and goes backwards through them: the gradient by what the op means.
   * @param isConstant operations among them through which no gradient goes, since it would add up to zero
   */
  replay(
    build: (e: Emitter) => readonly Value[],
    cotangents: readonly (Value | undefined)[],
    isConstant?: (operation: Operation) => boolean,
  ): void;
}

/** The gradient of an op that runs other code, or is replaced by other ops: it gives cotangents to whatever its code uses. */
export type CodeRule<K extends OpName> = (
  walk: BackwardWalk,
  op: OperationOf<K>,
  cotangents: readonly (Value | undefined)[],
) => void;

/** What the table says of an op. */
export type Differentiability<K extends OpName> =
  | { readonly kind: "operands"; readonly rule: OperandRule<K> }
  | { readonly kind: "code"; readonly rule: CodeRule<K> }
  /** Results are constant almost everywhere, hold no floats, or there are none. */
  | { readonly kind: "constant" }
  | { readonly kind: "none"; readonly reason: string };

export const differentiable = <K extends OpName>(rule: OperandRule<K>): Differentiability<K> => ({
  kind: "operands",
  rule,
});
export const differentiableCode = <K extends OpName>(rule: CodeRule<K>): Differentiability<K> => ({
  kind: "code",
  rule,
});
/** The derivative is zero wherever it exists, or there is nothing to differentiate. */
export const constant = { kind: "constant" } as const;
/** Why no gradient goes through an op, in one phrase. */
export const notDifferentiable = (reason: string) => ({ kind: "none", reason }) as const;

/** A part of the table: the ops of a family. */
export type Rules<K extends OpName> = { readonly [N in K]: Differentiability<N> };
