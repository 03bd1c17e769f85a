/** @file Strategies of extensions: found by the name that was asked for, or by the target that prefers them. */
import type { OpDefinition } from "../ir/ops/define.js";
import { UsageError } from "../support/errors.js";
import { suggestion } from "../support/suggest.js";
import type { Strategy } from "./strategy.js";

/**
 * The strategy of an op that was asked for.
 * @param own names of this package's strategies of it that are not among `strategies`
 * @throws UsageError for one that nobody has, and for a name of two
 */
export function findStrategy(
  op: string,
  wanted: string,
  strategies: readonly Strategy[],
  own: readonly string[] = [],
): Strategy {
  const ofOp = strategies.filter((strategy) => strategy.op.name === op);
  const [found, second] = ofOp.filter(({ name }) => name === wanted);
  if (found === undefined) {
    const known = [...own, ...ofOp.map(({ name }) => name)];
    throw new UsageError({
      message: `${op} has no strategy "${wanted}"`,
      expected: known.join(", "),
      got: wanted,
      hint: suggestion(wanted, known),
    });
  }
  if (second === undefined) return found;
  throw new UsageError({
    message: `two strategies of ${op} are called "${wanted}"`,
    expected: "extensions whose strategies of an op have different names",
    got: wanted,
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
