/** @file The strategies that a lowering takes, in words. */
import { preferredStrategies, type StrategyChoice, strategyChoices } from "./known-strategies.js";
import { type LoweringOptions, LOWERING_OPTIONS } from "./options.js";
import { defaultTarget, resolveTarget } from "./resolve.js";
import type { Strategy } from "./strategy.js";
import { checkOptions } from "../support/options.js";

const MEANING = "by meaning";

/** Options, and what their ops are called together where all are lowered alike. */
const TITLES = [
  ["scan", "scan"],
  ["matrixStates", "matrix states"],
  ["attention", "attention"],
] as const;

const GROUPED: ReadonlySet<string> = new Set(
  Object.values(strategyChoices).flatMap(({ ops }): readonly string[] => ops),
);

/** Whether an op is lowered by the strategy that its option asks for by name. */
const isAskedFor = (
  op: string,
  wanted: string,
  { own }: StrategyChoice,
  added: readonly Strategy[],
): boolean =>
  wanted !== "auto" &&
  (own.includes(wanted) || added.some((each) => each.op.name === op && each.name === wanted));

/**
 * How each op that has strategies is lowered, as is asked for or as the target prefers: `scan sequential, matrix states sequential,
 * attention banded, nn.causal_conv1d strided, nn.kv_cache_update in place`. What an option asks for of several ops is said once where it is
 * the same of all.
 * @param ops those that programs have; default: whatever they may have
 * @throws UsageError for an unknown target, and for one that prefers two strategies of an op
 */
export function describeStrategies(options: LoweringOptions, ops?: ReadonlySet<string>): string {
  checkOptions("describeStrategies", options, LOWERING_OPTIONS);
  const { extensions = [] } = options;
  const { name, rules } = resolveTarget(options.target ?? defaultTarget, extensions).target;
  const added = extensions.flatMap((extension) => extension.strategies);
  const preferred = preferredStrategies(name, added);
  const preferences = new Map([
    ...Object.entries(rules).map(([op, rule]) => [op, rule.name] as const),
    ...[...preferred].map(([op, strategy]) => [op.name, strategy.name] as const),
  ]);
  const isThere = (op: string): boolean => ops?.has(op) ?? true;
  const groups = TITLES.flatMap(([option, title]) => {
    const [wanted = "auto", choice] = [options[option], strategyChoices[option]];
    const those = choice.ops.filter(isThere);
    const chosen = those.map((op) =>
      isAskedFor(op, wanted, choice, added) ? wanted : (preferences.get(op) ?? MEANING),
    );
    return new Set(chosen).size === 1
      ? [`${title} ${chosen[0]}`]
      : those.map((op, i) => `${op} ${chosen[i]}`);
  });
  const others = [...preferences].filter(([op]) => !GROUPED.has(op) && isThere(op));
  return [...groups, ...others.map((each) => each.join(" "))].join(", ");
}
