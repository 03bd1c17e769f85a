/** @file Where values change between MLIR's own types and VHLO's. */
import { isOperation, type Operation, type Value, walk } from "../operation.js";
import { mixes } from "./kept-ops.js";

/** Whether a value is made in MLIR's own type: by an op that is kept as it is, or as an argument of its region. */
export function isBuiltinValue({ owner }: Value): boolean {
  const maker = isOperation(owner) ? owner : owner.region?.operation;
  return maker !== undefined && mixes(maker.name);
}

/** The values of a module that are used in another type than they are made in. */
export class Casts {
  static readonly none = new Casts(undefined);
  readonly #cast = new Set<Value>();

  constructor(module: Operation | undefined) {
    if (module === undefined) return;
    for (const operation of walk(module))
      for (const operand of operation.operands)
        if (isBuiltinValue(operand) !== mixes(operation.name)) this.#cast.add(operand);
  }

  get isEmpty(): boolean {
    return this.#cast.size === 0;
  }

  /** Whether the value is cast for some of its users. */
  isCast(value: Value): boolean {
    return this.#cast.has(value);
  }

  /** Whether an operation uses the value as it is cast. */
  isCastFor(value: Value, user: Operation): boolean {
    return this.isCast(value) && isBuiltinValue(value) !== mixes(user.name);
  }
}
