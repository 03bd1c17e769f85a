/** @file Strategies of extensions: found by the name that was asked for, or by the target that prefers them. */
import type { OpDefinition } from "../ir/ops/define.js";
import type { ModelOpName } from "../ir/ops/index.js";
import { UsageError } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";
import { attentionNames, matrixStateNames, scanNames } from "./names.js";
import type { Strategy } from "./strategy.js";

/** Ops whose strategies one option of a pipeline asks for, and the names of this package's. */
export interface StrategyChoice {
  readonly ops: readonly ModelOpName[];
  readonly own: readonly string[];
}

/** By the option's name. */
export const strategyChoices = {
  scan: { ops: ["nn.linear_scan", "nn.selective_scan"], own: scanNames },
  matrixStates: { ops: ["nn.linear_attention", "nn.delta_rule"], own: matrixStateNames },
  attention: { ops: ["nn.attention"], own: attentionNames },
} as const satisfies Readonly<Record<string, StrategyChoice>>;

/**
 * The strategies of extensions that an option asks for by a name: of each of its ops that has one so called.
 * @throws UsageError for a name that none of the ops has a strategy of, and for one of two of an op
 */
export function strategiesCalled(
  wanted: string,
  { ops, own }: StrategyChoice,
  strategies: readonly Strategy[],
): readonly Strategy[] {
  const having = ops.filter((op) => strategies.some((each) => each.op.name === op && each.name === wanted));
  if (having.length === 0) throw unknownStrategy(ops, wanted, own, strategies);
  return having.map((op) => findStrategy(op, wanted, strategies));
}

/**
 * The strategy of an op that was asked for.
 * @throws UsageError for one that nobody has, and for a name of two
 */
export function findStrategy(op: string, wanted: string, strategies: readonly Strategy[]): Strategy {
  const [found, second] = strategies.filter((each) => each.op.name === op && each.name === wanted);
  if (found === undefined) throw unknownStrategy([op], wanted, [], strategies);
  if (second === undefined) return found;
  throw new UsageError({
    message: `two strategies of ${op} are called "${wanted}"`,
    expected: "extensions whose strategies of an op have different names",
    got: wanted,
  });
}

function unknownStrategy(
  ops: readonly string[],
  wanted: string,
  own: readonly string[],
  strategies: readonly Strategy[],
): UsageError {
  const added = strategies.filter(({ op }) => ops.includes(op.name)).map(({ name }) => name);
  const known = [...new Set([...own, ...added])];
  return new UsageError({
    message: `${ops.join(" and ")} ${ops.length === 1 ? "has" : "have"} no strategy "${wanted}"`,
    expected: known.join(", "),
    got: wanted,
    hint: didYouMean(wanted, known),
  });
}

/**
 * The strategy that a target prefers for each op.
 * @throws UsageError when it prefers two for an op: which of them would be meant is not known
 */
export function preferredStrategies(
  target: string,
  strategies: readonly Strategy[],
): ReadonlyMap<OpDefinition, Strategy> {
  const preferred = new Map<OpDefinition, Strategy>();
  for (const strategy of strategies.filter(({ preferredBy }) => preferredBy.includes(target))) {
    const { op, name } = strategy;
    const other = preferred.get(op);
    if (other !== undefined)
      throw new UsageError({
        message: `two strategies of ${op.name} are preferred by ${target}`,
        expected: "one for each op and target",
        got: `${other.name}, ${name}`,
        hint: "hand in only one of the extensions",
      });
    preferred.set(op, strategy);
  }
  return preferred;
}
