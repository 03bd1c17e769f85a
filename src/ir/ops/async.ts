/** @file Ops that run beside others: async_start gives a future, async_done waits for it. */
import { formatType, futureType } from "../types.js";
import { defineOp, operand, variadic } from "./define.js";
import { returnedTypes, typeList } from "./constraints.js";

/** What may run asynchronously. */
const allowed: ReadonlySet<string> = new Set(
  [
    "all_gather",
    "all_reduce",
    "all_to_all",
    "collective_broadcast",
    "collective_permute",
    "collective_reduce",
    "reduce_scatter",
    "slice",
    "dynamic_slice",
    "dynamic_update_slice",
  ].map((name) => `stablehlo.${name}`),
);

const asyncStart = defineOp({
  name: "stablehlo.async_start",
  summary: "Starts a collective or a slice, and goes on.",
  operands: [variadic("operands", "PIFCQ")],
  attributes: {},
  regions: ["body"],
  traits: [],
  since: "1.15.0",
  infer: (op) => {
    const block = op.body(0);
    const { operations } = block;
    op.check(
      operations.length === 2,
      "async_start_c1",
      `the body must hold one operation and a return, holds ${operations.length} operations`,
    );
    const inner = operations[0]!.name;
    op.check(allowed.has(inner), "async_start_c2", `the body must be a collective or a slice, is ${inner}`);
    const given = op.operands.map((value) => value.type);
    const taken = block.arguments.map((argument) => argument.type);
    op.check(
      given.length === taken.length && given.every((type, i) => type === taken[i]),
      "async_start_c3",
      `the body takes ${typeList(taken)}, but ${typeList(given)} is given`,
    );
    const made = returnedTypes(block);
    op.check(made.length === 1, "async_start_c4", `the body must return one value, returns ${made.length}`);
    return [futureType(made)];
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.async_start"(%arg0) ({',
    "^bb0(%arg1: tensor<4xf32>):",
    "  %1 = stablehlo.slice %arg1 [0:2] : (tensor<4xf32>) -> tensor<2xf32>",
    "  stablehlo.return %1 : tensor<2xf32>",
    "}) : (tensor<4xf32>) -> !stablehlo.future<tensor<2xf32>>",
  ].join("\n"),
});

const asyncDone = defineOp({
  name: "stablehlo.async_done",
  summary: "Waits for what async_start started.",
  operands: [operand("operand", "N")],
  attributes: {},
  traits: [],
  since: "1.15.0",
  infer: (op) => {
    const { type } = op.operands[0]!;
    const elements = type.kind === "future" ? type.elements : [];
    op.check(
      elements.length === 1,
      "async_done_c1",
      `the future must hold one type, got ${formatType(type)}`,
    );
    return elements;
  },
  assembly: "generic",
  example: '%0 = "stablehlo.async_done"(%arg0) : (!stablehlo.future<tensor<2xf32>>) -> tensor<2xf32>',
});

export const asyncOps = [asyncStart, asyncDone] as const;
