/** @file The remainder that is never negative. */
import type { Emitter } from "../ir/emit.js";
import type { Value } from "../ir/operation.js";

/** `a mod n`, in [0, n) for a negative `a` too; `stablehlo.remainder` has the sign of `a`. */
export function floorMod(e: Emitter, a: Value, n: number): Value {
  const remainder = e.scalar("remainder", a, n);
  return e.select(e.compareTo("LT", remainder, 0), e.scalar("add", remainder, n), remainder);
}
