/** @file Control flow: if, case, while, return, optimization_barrier; and composite and custom_call. */
import { type TensorType, type Type, tensorType } from "../types.js";
import { areCompatible, inTypeClass } from "../verify-types.js";
import { defineOp, type OpView, operand, variadic } from "./define.js";
import { checkRank, returnedTypes, typeList, type View } from "./constraints.js";
import { leastSpecific, mergeTypes } from "./shape-checks.js";

/** The type that covers what every branch returns at one position. */
function coverTypes(op: View, types: readonly Type[], constraint: string): Type {
  const [first] = types;
  if (first?.kind !== "tensor") return first!;
  return mergeTypes(op, types as readonly TensorType[], constraint, leastSpecific);
}

/** Labels of if and case: the argument count, the types of branches, those of the results. */
function inferBranches(op: OpView<unknown>, noArguments: string, sameTypes: string): readonly Type[] {
  const blocks = op.regions.map((_, i) => op.body(i));
  blocks.forEach((block, i) => {
    op.check(
      block.arguments.length === 0,
      noArguments,
      `branch ${i} must take no arguments, takes ${block.arguments.length}`,
    );
  });
  const results = blocks.map(returnedTypes);
  const first = results[0] ?? [];
  results.forEach((types, i) => {
    op.check(
      areCompatible(first, types),
      sameTypes,
      `branches 0 and ${i} return different types: ${typeList(first)} and ${typeList(types)}`,
    );
  });
  op.check(
    first.every((type) => inTypeClass(type, "PIFCQAT")),
    "branch_result",
    `branches return tensors and tokens alone, got ${typeList(first)}`,
  );
  return first.map((_, i) =>
    coverTypes(
      op,
      results.map((types) => types[i]!),
      sameTypes,
    ),
  );
}

const if_ = defineOp({
  name: "stablehlo.if",
  summary: "Runs one of two branches.",
  operands: [operand("pred", "P")],
  attributes: {},
  regions: ["true_branch", "false_branch"],
  traits: ["recursive-effects"],
  infer: (op) => {
    checkRank(op, op.tensor(0), 0, "pred", "if_i1");
    return inferBranches(op, "if_c1", "if_c2");
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.if"(%arg0) ({',
    "  stablehlo.return %arg1 : tensor<4xf32>",
    "}, {",
    "  stablehlo.return %arg2 : tensor<4xf32>",
    "}) : (tensor<i1>) -> tensor<4xf32>",
  ].join("\n"),
});

const case_ = defineOp({
  name: "stablehlo.case",
  summary: "Runs the branch that index names; the last one when it is out of range.",
  operands: [operand("index", "S")],
  attributes: {},
  regions: ["*branches"],
  traits: ["recursive-effects"],
  infer: (op) => {
    const index = op.tensor(0);
    op.check(index === tensorType([], "i32"), "case_i1", "index must be tensor<i32>");
    op.check(op.regions.length > 0, "case_c1", "needs at least one branch");
    return inferBranches(op, "case_c2", "case_c3");
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.case"(%arg0) ({',
    "  stablehlo.return %arg1 : tensor<4xf32>",
    "}, {",
    "  stablehlo.return %arg2 : tensor<4xf32>",
    "}) : (tensor<i32>) -> tensor<4xf32>",
  ].join("\n"),
});

const while_ = defineOp({
  name: "stablehlo.while",
  summary: "Runs body on the values as long as cond returns true.",
  operands: [variadic("operand", "PIFCQATB")],
  attributes: {},
  regions: ["cond", "body"],
  traits: ["recursive-effects"],
  infer: (op) => {
    const types = op.operands.map((value) => value.type);
    const argumentTypes = (index: number): Type[] =>
      op.body(index).arguments.map((argument) => argument.type);
    const [condTypes, bodyTypes] = [argumentTypes(0), argumentTypes(1)];
    op.check(
      areCompatible(types, condTypes),
      "while_c1",
      `cond must take ${typeList(types)}, takes ${typeList(condTypes)}`,
    );
    op.check(
      areCompatible(types, bodyTypes),
      "while_c2",
      `body must take ${typeList(types)}, takes ${typeList(bodyTypes)}`,
    );
    const [made, next] = [returnedTypes(op.body(0)), returnedTypes(op.body(1))];
    op.check(
      areCompatible(types, next),
      "while_c2",
      `body must return ${typeList(types)}, returns ${typeList(next)}`,
    );
    op.check(
      made.length === 1 && made[0] === tensorType([], "i1"),
      "while_c1",
      `cond must return tensor<i1>, returns ${typeList(made)}`,
    );
    return types;
  },
  assembly: "custom",
  example: [
    "%0 = stablehlo.while(%iterArg = %arg0) : tensor<i32>",
    "cond {",
    "  %1 = stablehlo.compare LT, %iterArg, %arg1, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>",
    "  stablehlo.return %1 : tensor<i1>",
    "} do {",
    "  %1 = stablehlo.add %iterArg, %arg2 : tensor<i32>",
    "  stablehlo.return %1 : tensor<i32>",
    "}",
  ].join("\n"),
});

const return_ = defineOp({
  name: "stablehlo.return",
  summary: "Ends a body with its results.",
  operands: [variadic("results", "PIFCQATB")],
  attributes: {},
  traits: ["pure", "terminator"],
  infer: () => [],
  assembly: { template: "%results... : O" },
  example: "stablehlo.return %0 : tensor<4xf32>",
});

const optimizationBarrier = defineOp({
  name: "stablehlo.optimization_barrier",
  summary: "Passes its operands through; nothing moves across it.",
  operands: [variadic("operand", "PIFCQT")],
  attributes: {},
  traits: ["pure"],
  infer: (op) => op.operands.map((value) => value.type),
  assembly: "custom",
  example: "%0:2 = stablehlo.optimization_barrier %arg0, %arg1 : tensor<4xf32>, tensor<f32>",
});

export const controlOps = [if_, case_, while_, return_, optimizationBarrier] as const;
