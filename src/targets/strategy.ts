/** @file A strategy: one way to lower an op, by a name that people ask for, from this package or another. */
import type { OperationOfDefinition } from "../ir/dialect.js";
import type { Emitter } from "../ir/emit.js";
import type { Operation, Value } from "../ir/operation.js";
import type { OpDefinition } from "../ir/ops/define.js";
import { findOp, opNames, type ModelOpName, type OperationOf } from "../ir/ops/index.js";
import { UsageError } from "../support/errors.js";
import { checkOptions } from "../support/options.js";
import { checkMembers } from "../support/members.js";
import { shown } from "../support/given.js";
import { didYouMean } from "../support/suggest.js";

/** One way to lower an op. Made by `defineStrategy`. */
export interface Strategy {
  readonly op: OpDefinition;
  /** What people ask for: `scan: "mine"`. */
  readonly name: string;
  /** Names of the targets that take it unless another is asked for. */
  readonly preferredBy: readonly string[];
  /**
   * The values that stand for the op's results, emitted before it; undefined where what the target does otherwise is as good. Any ops may
   * be emitted that are lowered later: model ops by a strategy of an added op, StableHLO, calls of kernels.
   */
  readonly lower: (emitter: Emitter, operation: Operation) => readonly Value[] | undefined;
}

/** What `defineStrategy` is given. */
interface StrategyDefinition<Op, Lowered> {
  /** A model op by its name, or the declaration of an op. */
  readonly op: Op;
  readonly name: string;
  /** Default: none, so that it is taken where it is asked for. */
  readonly preferredBy?: readonly string[];
  lower(emitter: Emitter, operation: Lowered): readonly Value[] | undefined;
}

/**
 * Declares a strategy of a model op, or of an op of one's own.
 * @throws UsageError for a name of other characters than letters, digits, `_` and `-`, and for `auto`, which leaves the choice to the target
 */
export function defineStrategy<const K extends ModelOpName>(
  definition: StrategyDefinition<K, OperationOf<K>>,
): Strategy;
export function defineStrategy<
  // biome-ignore lint/suspicious/noExplicitAny: the attributes of the op, of its own type
  const D extends OpDefinition<any, any>,
>(definition: StrategyDefinition<D, OperationOfDefinition<D>>): Strategy;
export function defineStrategy(options: StrategyDefinition<ModelOpName | OpDefinition, never>): Strategy {
  checkOptions("defineStrategy", options, { op: true, name: true, preferredBy: true, lower: true });
  const { op, name, preferredBy = [], lower } = options;
  checkMembers("defineStrategy", "definition", options, {
    name: "text",
    lower: "function",
    preferredBy: "list?",
  });
  const declared = typeof op === "string" ? findOp(op) : op;
  const isOp = typeof declared === "object" && declared !== null && "infer" in declared;
  if (!isOp) {
    throw new UsageError({
      message: `defineStrategy "${name}": there is no such op`,
      expected: "a model op by its name, nn.linear_scan say, or the declaration of an op of one's own",
      got: shown(op),
      hint: typeof op === "string" ? didYouMean(op, opNames) : undefined,
    });
  }
  if (!/^[\w-]+$/.test(name) || name === "auto") {
    throw new UsageError({
      message: `a strategy cannot be called "${name}"`,
      expected: "letters, digits, _ and -, and not auto, which leaves the choice to the target",
    });
  }
  return {
    op: declared,
    name,
    preferredBy,
    lower: (emitter, operation) => lower(emitter, operation as never),
  };
}
