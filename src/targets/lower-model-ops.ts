/** @file lower-model-ops: every model op becomes StableHLO, by a target's rule or by its meaning. */
import { z } from "zod";
import { Builder } from "../ir/builder.js";
import { Emitter } from "../ir/emit.js";
import { type Operation, walk } from "../ir/operation.js";
import { isOp, type ModelOpName } from "../ir/ops/index.js";
import { replaceOperation } from "../ir/rewriter.js";
import { type Decompose, decompositions } from "../lowering/decompose/index.js";
import { decomposedExample } from "../lowering/examples.js";
import { definePass, type Pass, type PassContext, type PipelineStep } from "../passes/index.js";
import type { LoweringRule, LoweringRules } from "./rules.js";
import type { Target } from "./target.js";

const NAME = "lower-model-ops";

/** Whether an op is a model op: `decompositions` has one rule for each. */
const hasMeaning = (name: string): name is ModelOpName => Object.hasOwn(decompositions, name);

/** Lowers `op`, which is called `name`. */
function lowerNamed<K extends ModelOpName>(op: Operation, name: K, rules: LoweringRules): void {
  if (!isOp(op, name)) return;
  const rule: LoweringRule<K> | undefined = rules[name];
  const meaning: Decompose<K> = decompositions[name];
  const e = new Emitter(Builder.before(op));
  replaceOperation(op, rule?.lower(e, op) ?? meaning(e, op));
}

/** Users first: a rule sees the model ops that make its operands, and may compute them another way. */
function lowerAll(module: Operation, context: PassContext, rules: LoweringRules): void {
  for (const op of [...walk(module)].reverse()) {
    const { name } = op;
    if (!hasMeaning(name)) continue;
    lowerNamed(op, name, rules);
    context.count(`${name} lowered`);
  }
}

/** The step of a target's pipeline; `griffin opt` knows it by the target's name. */
export const lowerModelOps = (target: Target): PipelineStep => ({
  name: NAME,
  options: { target: target.name },
  run: (module, context) => lowerAll(module, context, target.rules),
});

/** The pass over targets that are known by name. */
export const lowerModelOpsPass = (targets: readonly Target[]): Pass =>
  definePass({
    name: NAME,
    summary: "Every model op becomes StableHLO: by the target's rule, or by its meaning.",
    options: z.object({
      target: z
        .enum(targets.map(({ name }) => name))
        .optional()
        .describe("whose rules are tried first; without one, all become their meaning"),
    }),
    example: decomposedExample,
    run(module, context, { target: wanted }) {
      lowerAll(module, context, targets.find(({ name }) => name === wanted)?.rules ?? {});
    },
  });
