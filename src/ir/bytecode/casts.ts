/** @file Where values change between MLIR's own types and VHLO's. */
import type { Location } from "../location.js";
import { isOperation, type Operation, type Value, walk } from "../operation.js";
import { mixes } from "./kept-ops.js";

/** Whether a value is made in MLIR's own type: by an op that is kept as it is, or as an argument of its region. */
export function isBuiltinValue({ owner }: Value): boolean {
  const maker = isOperation(owner) ? owner : owner.region?.operation;
  return maker !== undefined && mixes(maker.name);
}

/** The first operation that uses a value as it is cast, and how many values were asked for before. */
interface Asked {
  readonly by: Operation;
  readonly order: number;
}

/** The values of a module that are used in another type than they are made in. */
export class Casts {
  static readonly none = new Casts(undefined);
  readonly #cast = new Map<Value, Asked>();

  constructor(module: Operation | undefined) {
    if (module === undefined) return;
    for (const operation of walk(module))
      for (const operand of operation.operands)
        if (isBuiltinValue(operand) !== mixes(operation.name) && !this.#cast.has(operand))
          this.#cast.set(operand, { by: operation, order: this.#cast.size });
  }

  get isEmpty(): boolean {
    return this.#cast.size === 0;
  }

  /** Whether the value is cast for some of its users. */
  isCast(value: Value): boolean {
    return this.#cast.has(value);
  }

  /** The values of a list that are cast, as their casts stand behind what makes them: what is asked for last comes first. */
  of(values: readonly Value[]): readonly Value[] {
    const order = (value: Value): number => this.#cast.get(value)!.order;
    return values.filter((value) => this.isCast(value)).sort((a, b) => order(b) - order(a));
  }

  /** Where the cast of a value stands for those who read locations: to VHLO by whom it was first asked for, from it where the value is made. */
  locationOf(value: Value): Location {
    return isBuiltinValue(value) ? this.#cast.get(value)!.by.location : value.location;
  }

  /** Whether an operation uses the value as it is cast. */
  isCastFor(value: Value, user: Operation): boolean {
    return this.isCast(value) && isBuiltinValue(value) !== mixes(user.name);
  }
}
