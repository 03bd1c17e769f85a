/** @file For tests: ops with the numbers that they must give, lowered in every way that there is. */
import { expect } from "vitest";
import type { Emitter } from "../../src/ir/emit.js";
import type { ModelOpName, OperationOf } from "../../src/ir/ops/index.js";
import { type Decompose, decompositions } from "../../src/lowering/decompose/index.js";
import { type LoweringRule, targets } from "../../src/targets/index.js";
import { expectClose, interpretOps, type OpCase } from "./ops.js";
import type { Numbers } from "./plain.js";

/** The op by its meaning and by each target's rule; where a rule has nothing better, the meaning again. */
const waysOf = (one: OpCase): ReadonlyMap<string, OpCase> => {
  const byRule = targets.flatMap(({ name, rules }) => {
    const rule = rules[one.op] as LoweringRule<ModelOpName> | undefined;
    if (rule === undefined) return [];
    const lower = (e: Emitter, op: OperationOf<ModelOpName>) =>
      rule.lower(e, op) ?? (decompositions[one.op] as Decompose<ModelOpName>)(e, op);
    return [[`${rule.name}, as on ${name}`, { ...one, rule: lower }] as const];
  });
  return new Map([["meaning", one], ...byRule]);
};

/** Cases with what they must give, by their meaning and by the rules of all targets, all run in one program. */
export function check(
  cases: readonly {
    readonly case: OpCase;
    readonly expected: readonly Numbers[];
    readonly tolerance?: number;
  }[],
): void {
  const runs = cases.flatMap((each) => [...waysOf(each.case)].map(([way, one]) => ({ ...each, way, one })));
  const results = interpretOps(runs.map(({ one }) => one));
  runs.forEach(({ way, one: { op, operands }, expected, tolerance }, i) => {
    const element = operands[0]!.element ?? "f32";
    const name = `${op} (${way}) of ${operands.map(({ shape }) => `[${shape}]`).join(", ")} ${element}`;
    expect(results[i]!.length, name).toBe(expected.length);
    expected.forEach((values, r) => {
      expectClose(results[i]![r]!, values, `result ${r} of ${name}`, element, tolerance);
    });
  });
}
