/** @file lower-model-ops: every model op becomes StableHLO, by a target's rule or by its meaning. */
import { z } from "zod";
import { Builder } from "../ir/builder.js";
import { Emitter } from "../ir/emit.js";
import { type Operation, walk } from "../ir/operation.js";
import type { OpDefinition } from "../ir/ops/define.js";
import { definitionOf, isOp, type ModelOpName } from "../ir/ops/index.js";
import { replaceOperation } from "../ir/rewriter.js";
import { type Decompose, decompositions } from "../lowering/decompose/index.js";
import { decomposedExample } from "../lowering/examples.js";
import { definePass, type Pass, type PassContext, type PipelineStep } from "../passes/index.js";
import { preferredStrategies } from "./known-strategies.js";
import type { LoweringRule, LoweringRules } from "./rules.js";
import type { Strategy } from "./strategy.js";
import type { Target } from "./target.js";
import { targetOption } from "./target-option.js";

const NAME = "lower-model-ops";

/** Whether an op is a model op: `decompositions` has one rule for each. */
const hasMeaning = (name: string): name is ModelOpName => Object.hasOwn(decompositions, name);

/** How a target lowers model ops: by strategies of extensions that it prefers, else by its rules. */
interface Choice {
  readonly rules: LoweringRules;
  readonly preferred: ReadonlyMap<OpDefinition, Strategy>;
}

const choiceOf = ({ name, rules }: Target, strategies: readonly Strategy[]): Choice => ({
  rules,
  preferred: preferredStrategies(name, strategies),
});

const byMeaning: Choice = { rules: {}, preferred: new Map() };

/** Lowers `op`, which is called `name`. */
function lowerNamed<K extends ModelOpName>(op: Operation, name: K, { rules, preferred }: Choice): void {
  if (!isOp(op, name)) return;
  const rule: LoweringRule<K> | undefined = rules[name];
  const meaning: Decompose<K> = decompositions[name];
  const e = new Emitter(Builder.before(op));
  const strategy = preferred.get(definitionOf(op)!);
  replaceOperation(op, strategy?.lower(e, op) ?? rule?.lower(e, op) ?? meaning(e, op));
}

/** Users first: a rule sees the model ops that make its operands, and may compute them another way. */
function lowerAll(module: Operation, context: PassContext, choice: Choice): void {
  for (const op of [...walk(module)].reverse()) {
    const { name } = op;
    if (!hasMeaning(name)) continue;
    lowerNamed(op, name, choice);
    context.count(`${name} lowered`);
  }
}

/** The step of a target's pipeline; `griffin opt` knows it by the target's name. */
export function lowerModelOps(target: Target, strategies: readonly Strategy[] = []): PipelineStep {
  const choice = choiceOf(target, strategies);
  return {
    name: NAME,
    options: { target: target.name },
    run: (module, context) => lowerAll(module, context, choice),
  };
}

/** The pass over targets that are known by name. */
export const lowerModelOpsPass = (targets: readonly Target[], strategies: readonly Strategy[]): Pass =>
  definePass({
    name: NAME,
    summary: "Every model op becomes StableHLO: by the target's rule, or by its meaning.",
    options: z.object({ target: targetOption(targets) }),
    example: decomposedExample,
    run(module, context, { target: wanted }) {
      const target = targets.find(({ name }) => name === wanted);
      lowerAll(module, context, target === undefined ? byMeaning : choiceOf(target, strategies));
    },
  });
