/** @file What a rule of the interpreter is, and what it may ask of the machine that runs it. */
import type { Operation, Region } from "../operation.js";
import type { OperationOf, OpName } from "../ops/index.js";
import type { Tensor } from "./tensor.js";

/** A value while a program runs. */
export type RuntimeValue = Tensor | TupleValue | TokenValue;

export interface TupleValue {
  readonly kind: "tuple";
  readonly elements: readonly RuntimeValue[];
}

/** Order between side effects, which a run in order has anyway. */
export interface TokenValue {
  readonly kind: "token";
}

export const token: TokenValue = { kind: "token" };

/** Runs code on behalf of rules. */
export interface Machine {
  /** Runs the block of a region; what its terminator returns. */
  run(region: Region, values: readonly RuntimeValue[]): readonly RuntimeValue[];
  /** Calls a function of the module by name. */
  call(name: string, values: readonly RuntimeValue[], caller: Operation): readonly RuntimeValue[];
  /** Tells of a check op that has run, and what differed if it failed. */
  report(check: Operation, difference: string | undefined): void;
  /** Tells of a value that a program prints. */
  print(operation: Operation, value: Tensor): void;
}

/** What an op makes of its operands. `K` names the op, whose attributes are then typed. */
export type TensorRule<K extends OpName> = (
  operation: OperationOf<K>,
  operands: readonly Tensor[],
  machine: Machine,
) => readonly Tensor[];

/** A rule for an op that handles tokens or tuples, or runs other code. */
export type ControlRule<K extends OpName> = (
  operation: OperationOf<K>,
  operands: readonly RuntimeValue[],
  machine: Machine,
) => readonly RuntimeValue[];
