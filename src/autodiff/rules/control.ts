/** @file Rules of ops that run code, or stand for it. */
import type { Value } from "../../ir/operation.js";
import { constant, differentiable, differentiableCode, notDifferentiable, type Rules } from "../rule.js";
import { branchGradient } from "./branches.js";
import { callGradient } from "./call.js";
import { loopGradient } from "./loop.js";
import { sortGradient } from "./sort.js";

type ControlName =
  | "func.call"
  | "stablehlo.case"
  | "stablehlo.composite"
  | "stablehlo.custom_call"
  | "stablehlo.if"
  | "stablehlo.optimization_barrier"
  | "stablehlo.sort"
  | "stablehlo.while";

export const controlRules: Rules<ControlName> = {
  "func.call": differentiableCode(callGradient),
  "stablehlo.case": differentiableCode(branchGradient),
  "stablehlo.composite": differentiableCode((walk, op, cotangents) =>
    walk.replay((e) => {
      const results = op.results.map(({ type }) => type);
      const callee = op.attributes.decomposition;
      return e.builder.create("func.call", op.operands, { callee }, { results }).results;
    }, cotangents),
  ),
  "stablehlo.custom_call": notDifferentiable("only its target knows what it computes"),
  "stablehlo.if": differentiableCode(branchGradient),
  // The cotangents keep each other company too: what was held together forwards is held together backwards.
  "stablehlo.optimization_barrier": differentiable(({ e, cotangents }) => {
    const given = cotangents.filter((cotangent) => cotangent !== undefined);
    let held: readonly Value[] | undefined;
    const all = (): readonly Value[] =>
      (held ??= e.builder.create("stablehlo.optimization_barrier", given, {}).results);
    return cotangents.map((cotangent) =>
      cotangent === undefined ? undefined : () => all()[given.indexOf(cotangent)]!,
    );
  }),
  "stablehlo.sort": differentiableCode(sortGradient),
  "stablehlo.while": differentiableCode(loopGradient),
};

/** Ops that hold or end code; gradients go through what they hold. */
export const structuralRules: Rules<"builtin.module" | "func.func" | "func.return" | "stablehlo.return"> = {
  "builtin.module": constant,
  "func.func": constant,
  "func.return": constant,
  "stablehlo.return": constant,
};
