/** @file Sharding rules against the operation they stand on. */
import { type Violation, violation } from "../errors.js";
import type { Operation, Value } from "../operation.js";
import { DYNAMIC, formatType } from "../types.js";
import { factorSymbol, type OpShardingRule, type TensorMapping } from "./attributes.js";

/** What is wrong with the factors of one value. */
function mappingProblem(
  { dimensions }: TensorMapping,
  { type }: Value,
  sizes: readonly bigint[],
): Violation | undefined {
  if (type.kind !== "tensor" || type.shape.includes(DYNAMIC))
    return violation("rule_type", `a sharding rule needs tensors of static shape, got ${formatType(type)}`);
  if (dimensions.length !== type.shape.length)
    return violation(
      "rule_rank",
      `a mapping of ${dimensions.length} dimensions stands for ${formatType(type)}`,
    );
  const seen = new Set<number>();
  for (const { factors } of dimensions) {
    if (factors.length === 0) return violation("rule_factors", "a dimension must have a factor");
    for (const factor of factors) {
      const size = sizes[factor];
      if (size === undefined) return violation("rule_factors", `factor ${factorSymbol(factor)} has no size`);
      if (seen.has(factor))
        return violation("rule_factors", `factor ${factorSymbol(factor)} stands twice in one tensor`);
      if (size === 1n && factors.length > 1)
        return violation("rule_factors", `factor ${factorSymbol(factor)} of size 1 must stand alone`);
      seen.add(factor);
    }
  }
  return undefined;
}

function sideProblem(
  side: string,
  mappings: readonly TensorMapping[],
  values: readonly Value[],
  sizes: readonly bigint[],
): Violation | undefined {
  if (mappings.length !== values.length)
    return violation("rule_count", `${mappings.length} mappings stand for ${values.length} ${side}s`);
  if (mappings.length === 0) return violation("rule_count", `a sharding rule needs an op with a ${side}`);
  for (const [i, mapping] of mappings.entries()) {
    const wrong = mappingProblem(mapping, values[i]!, sizes);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function listProblem(name: string, factors: readonly number[], count: number): Violation | undefined {
  const isRising = factors.every((factor, i) => i === 0 || factors[i - 1]! < factor);
  if (!isRising) return violation("rule_special", `${name} factors must rise`);
  return factors.every((factor) => factor < count)
    ? undefined
    : violation("rule_special", `${name} factors must be among the ${count} of the rule`);
}

/** What is wrong with a sharding rule on an operation. */
export function ruleProblem(rule: OpShardingRule, { operands, results }: Operation): Violation | undefined {
  const sizes = rule.factorSizes;
  const wrong =
    sideProblem("operand", rule.operands, operands, sizes) ??
    sideProblem("result", rule.results, results, sizes);
  if (wrong !== undefined) return wrong;
  const used = new Set(
    [...rule.operands, ...rule.results].flatMap(({ dimensions }) =>
      dimensions.flatMap(({ factors }) => factors),
    ),
  );
  const unused = sizes.findIndex((_, factor) => !used.has(factor));
  if (unused >= 0) return violation("rule_factors", `factor ${factorSymbol(unused)} is used nowhere`);
  const special = [
    ["reduction", rule.reduction],
    ["need_replication", rule.needReplication],
    ["permutation", rule.permutation],
    ["blocked_propagation", rule.blockedPropagation],
  ] as const;
  for (const [name, factors] of special) {
    const problemOfList = listProblem(name, factors, sizes.length);
    if (problemOfList !== undefined) return problemOfList;
  }
  const kept = new Set(
    rule.results.flatMap(({ dimensions }) => dimensions.flatMap(({ factors }) => factors)),
  );
  if (rule.reduction.some((factor) => kept.has(factor)))
    return violation("rule_special", "a factor that is reduced cannot be in a result");
  const exclusive = [...rule.reduction, ...rule.needReplication, ...rule.permutation];
  return new Set(exclusive).size === exclusive.length
    ? undefined
    : violation("rule_special", "a factor is reduced, replicated or permuted: one of them alone");
}
