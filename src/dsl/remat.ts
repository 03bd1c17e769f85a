/** @file Rematerialisation: code whose values are computed again in its gradient, so that they need not be held until then. */
import { type Kept, markRematerialised, namedValue } from "../autodiff/index.js";
import type { DType } from "./axis.js";
import { functionsHere, traceOperations } from "./gradient.js";
import { Tensor } from "./tensor.js";
import { builderHere } from "./trace.js";
import { type OptionNames, checkOptions } from "../support/options.js";

export interface RematOptions {
  /**
   * What is held nevertheless: nothing (the default), everything (then nothing is computed again), the results of products of
   * matrices, or tensors that `keep` named.
   */
  readonly keep?: "everything" | Kept;
}

export const REMAT_OPTIONS: OptionNames<RematOptions> = {
  keep: true,
};

/**
 * Runs `body`, a layer say, and returns what it returns. A gradient through it takes what comes in, computes the rest again when it needs
 * it, and an optimization barrier sees to it that the compiler does not undo that. May be nested: then the inner code is computed again
 * when the copy of the outer one is gone through, and what the outer one keeps is kept of its own code alone.
 */
export function remat<R>(body: () => R, options: RematOptions = {}): R {
  checkOptions("remat", options, REMAT_OPTIONS);
  const { keep: kept = "nothing" } = options;
  const { made, operations } = traceOperations(body);
  if (kept !== "everything") markRematerialised(operations, { id: functionsHere().nextMark(), kept });
  return made;
}

/** The same tensor by a name, under which `remat` may keep it. */
export const keep = <A extends string, D extends DType>(name: string, x: Tensor<A, D>): Tensor<A, D> =>
  new Tensor(x.axes, x.dtype, namedValue(builderHere(), x.value, name));
