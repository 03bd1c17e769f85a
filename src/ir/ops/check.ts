/** @file Ops of StableHLO's own tests: check.* compare results, interpreter.* run functions; with arith.constant and sdy.mesh. */
import { formatType, scalarType, type Type } from "../types.js";
import { defineOp, operand, variadic } from "./define.js";
import {
  elements,
  f64,
  listOf,
  optional,
  type ScalarOrElements,
  scalarOrElements,
  string,
  symbolArray,
  ui32,
  anyUi64,
} from "./kinds.js";
import type { View } from "./constraints.js";

/** What checks allow that name no tolerance: the difference of "almost equal", and units in the last place of "close". */
export const checkTolerances = { almost: 1e-4, closeUlps: 3 } as const;

function checkSameTypes(op: View, [a, b]: readonly [Type, Type]): void {
  op.check(
    a === b,
    "check_types",
    `the values compared must be of one type, got ${formatType(a)} and ${formatType(b)}`,
  );
}

const pair = (op: View): readonly [Type, Type] => [op.operands[0]!.type, op.operands[1]!.type];
const numbers = "PIFCQ";

const expectEqConst = defineOp({
  name: "check.expect_eq_const",
  summary: "Fails unless the value equals the constant.",
  operands: [operand("lhs", numbers)],
  attributes: { value: elements },
  traits: [],
  infer: (op) => {
    checkSameTypes(op, [op.tensor(0), op.attributes.value.type]);
    return [];
  },
  assembly: { template: "%lhs, $value" },
  example: "check.expect_eq_const %arg0, dense<[1, 2]> : tensor<2xi32>",
});

const expectAlmostEqConst = defineOp({
  name: "check.expect_almost_eq_const",
  summary: "Fails unless the value is within the tolerance of the constant.",
  operands: [operand("lhs", "FC")],
  attributes: { value: elements, tolerance: optional(f64, checkTolerances.almost) },
  traits: [],
  infer: (op) => {
    checkSameTypes(op, [op.tensor(0), op.attributes.value.type]);
    return [];
  },
  assembly: { template: "%lhs, $value<, tolerance = $tolerance>?" },
  example: "check.expect_almost_eq_const %arg0, dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>",
});

const expectEq = defineOp({
  name: "check.expect_eq",
  summary: "Fails unless both values are equal.",
  operands: [operand("lhs", numbers), operand("rhs", numbers)],
  attributes: {},
  traits: [],
  infer: (op) => {
    checkSameTypes(op, pair(op));
    return [];
  },
  assembly: { template: "%lhs, %rhs : O1" },
  example: "check.expect_eq %arg0, %arg1 : tensor<2xi32>",
});

const expectAlmostEq = defineOp({
  name: "check.expect_almost_eq",
  summary: "Fails unless both values are within the tolerance of each other.",
  operands: [operand("lhs", "FC"), operand("rhs", "FC")],
  attributes: { tolerance: optional(f64, checkTolerances.almost) },
  traits: [],
  infer: (op) => {
    checkSameTypes(op, pair(op));
    return [];
  },
  assembly: { template: "%lhs, %rhs<, tolerance = $tolerance>? : O1" },
  example: "check.expect_almost_eq %arg0, %arg1 : tensor<2xf32>",
});

const expectClose = defineOp({
  name: "check.expect_close",
  summary: "Fails unless both values are within so many units in the last place.",
  operands: [operand("actual", "FC"), operand("expected", "FC")],
  attributes: { max_ulp_difference: anyUi64, min_ulp_difference: optional(anyUi64, 0) },
  traits: [],
  infer: (op) => {
    checkSameTypes(op, pair(op));
    return [];
  },
  assembly: {
    template:
      "%actual, %expected, max_ulp_difference = $max_ulp_difference<, min_ulp_difference = $min_ulp_difference>? : O",
  },
  example: "check.expect_close %arg0, %arg1, max_ulp_difference = 3 : tensor<2xf32>, tensor<2xf32>",
});

const expectSerializedEq = defineOp({
  name: "check.expect_serialized_eq",
  summary: "Fails unless the value equals what a probe has stored.",
  operands: [operand("expected", numbers)],
  attributes: { probe_id: string, iteration: optional(ui32, 0) },
  traits: [],
  infer: () => [],
  assembly: { template: "%expected, probe_id = $probe_id<, iter = $iteration>? : O" },
  example: 'check.expect_serialized_eq %arg0, probe_id = "probe0" : tensor<2xi32>',
});

const runParallel = defineOp({
  name: "interpreter.run_parallel",
  summary: "Runs a grid of functions, replicas by partitions, as processes that can talk to each other.",
  operands: [variadic("inputs", "PIFCQT")],
  attributes: { infeed: optional(symbolArray), programs: listOf(symbolArray) },
  traits: [],
  infer: (op) => {
    const { programs, infeed } = op.attributes;
    op.check(programs.length > 0, "run_parallel_programs", "programs must not be empty");
    op.check(
      programs.every((row) => row.length === programs[0]!.length),
      "run_parallel_programs",
      "each row of programs must name as many functions",
    );
    op.check(infeed === undefined || infeed.length > 0, "run_parallel_infeed", "infeed must not be empty");
    return op.resultTypes;
  },
  assembly: "generic",
  example: '%0 = "interpreter.run_parallel"(%arg0) <{programs = [[@f]]}> : (tensor<4xf32>) -> tensor<4xf32>',
});

const print = defineOp({
  name: "interpreter.print",
  summary: "Prints the value.",
  operands: [operand("operand", numbers)],
  attributes: {},
  traits: [],
  infer: () => [],
  assembly: { template: "%operand : O" },
  example: "interpreter.print %arg0 : tensor<4xf32>",
});

const probe = defineOp({
  name: "interpreter.probe",
  summary: "Passes the value through and stores it under a name.",
  operands: [operand("operand", numbers)],
  attributes: { probe_id: string },
  traits: [],
  infer: (op) => [op.tensor(0)],
  assembly: { template: "%operand, probe_id = $probe_id : R" },
  example: '%0 = interpreter.probe %arg0, probe_id = "probe0" : tensor<4xf32>',
});

const typeOfConstant = (value: ScalarOrElements): Type => {
  if (value.kind === "bool") return scalarType("i1");
  return value.kind === "elements" ? value.value.type : value.type;
};

const arithConstant = defineOp({
  name: "arith.constant",
  summary: "A constant of MLIR's arithmetic dialect, a scalar or a tensor, which some programs carry.",
  operands: [],
  attributes: { value: scalarOrElements },
  traits: ["pure"],
  infer: (op) => {
    const type = typeOfConstant(op.attributes.value);
    const element = type.kind === "scalar" || type.kind === "tensor" ? type.element : undefined;
    op.check(
      typeof element !== "string" || !/^[su]i/.test(element),
      "arith_constant_signless",
      `integers must be signless, got ${formatType(type)}`,
    );
    return [type];
  },
  assembly: { template: "{..} $$value" },
  example: "%cst = arith.constant dense<0> : tensor<2xi32>",
});

export const checkOps = [
  expectEqConst,
  expectAlmostEqConst,
  expectEq,
  expectAlmostEq,
  expectClose,
  expectSerializedEq,
] as const;
export const interpreterOps = [runParallel, print, probe] as const;
export const arithOps = [arithConstant] as const;
