/**
 * @file Value cases of ops that run code, or handle tuples, tokens and quantised tensors: whole programs as
 * text.
 */
import type { OpName } from "../../../../src/ir/ops/index.js";

export interface ProgramCase {
  /** The op that the program is a case of. */
  readonly op: OpName;
  readonly title: string;
  readonly program: string;
  /** Inputs and results of @main, see tensors.ts. */
  readonly inputs: readonly string[];
  readonly expected: readonly string[];
}

const chosenBranch = `
  func.func @main(%pick: tensor<i32>) -> tensor<i32> {
    %c = stablehlo.constant dense<10> : tensor<i32>
    %0 = "stablehlo.case"(%pick) ({
      stablehlo.return %pick : tensor<i32>
    }, {
      stablehlo.return %c : tensor<i32>
    }) : (tensor<i32>) -> tensor<i32>
    return %0 : tensor<i32>
  }`;

const branchOnSign = `
  func.func @main(%p: tensor<i1>, %x: tensor<f32>) -> tensor<f32> {
    %0 = "stablehlo.if"(%p) ({
      stablehlo.return %x : tensor<f32>
    }, {
      %1 = stablehlo.negate %x : tensor<f32>
      stablehlo.return %1 : tensor<f32>
    }) : (tensor<i1>) -> tensor<f32>
    return %0 : tensor<f32>
  }`;

export const programCases: readonly ProgramCase[] = [
  {
    op: "func.call",
    title: "runs a function of the module, each call with values of its own",
    program: `
      func.func @main(%x: tensor<i32>) -> (tensor<i32>, tensor<i32>) {
        %0 = call @twice(%x) : (tensor<i32>) -> tensor<i32>
        %1 = call @twice(%0) : (tensor<i32>) -> tensor<i32>
        return %0, %1 : tensor<i32>, tensor<i32>
      }
      func.func private @twice(%x: tensor<i32>) -> tensor<i32> {
        %0 = stablehlo.add %x, %x : tensor<i32>
        return %0 : tensor<i32>
      }`,
    inputs: ["i32: 3"],
    expected: ["i32: 6", "i32: 12"],
  },
  {
    op: "stablehlo.if",
    title: "runs the first branch when pred holds",
    program: branchOnSign,
    inputs: ["i1: 1", "f32: 2"],
    expected: ["f32: 2"],
  },
  {
    op: "stablehlo.if",
    title: "runs the second branch when it does not",
    program: branchOnSign,
    inputs: ["i1: 0", "f32: 2"],
    expected: ["f32: -2"],
  },
  {
    op: "stablehlo.case",
    title: "runs the branch of the index",
    program: chosenBranch,
    inputs: ["i32: 0"],
    expected: ["i32: 0"],
  },
  {
    op: "stablehlo.case",
    title: "runs the last branch for an index out of range",
    program: chosenBranch,
    inputs: ["i32: -1"],
    expected: ["i32: 10"],
  },
  {
    op: "stablehlo.while",
    title: "carries values until cond fails, and sees those around it",
    program: `
      func.func @main(%limit: tensor<i32>) -> (tensor<i32>, tensor<i32>) {
        %zero = stablehlo.constant dense<0> : tensor<i32>
        %one = stablehlo.constant dense<1> : tensor<i32>
        %0:2 = stablehlo.while(%i = %zero, %sum = %zero) : tensor<i32>, tensor<i32>
        cond {
          %1 = stablehlo.compare LT, %i, %limit : (tensor<i32>, tensor<i32>) -> tensor<i1>
          stablehlo.return %1 : tensor<i1>
        } do {
          %1 = stablehlo.add %i, %one : tensor<i32>
          %2 = stablehlo.add %sum, %1 : tensor<i32>
          stablehlo.return %1, %2 : tensor<i32>, tensor<i32>
        }
        return %0#0, %0#1 : tensor<i32>, tensor<i32>
      }`,
    inputs: ["i32: 4"],
    expected: ["i32: 4", "i32: 10"],
  },
  {
    op: "stablehlo.composite",
    title: "does what its decomposition does",
    program: `
      func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
        %0 = stablehlo.composite "my.square" %x {decomposition = @square} : (tensor<2xf32>) -> tensor<2xf32>
        return %0 : tensor<2xf32>
      }
      func.func private @square(%x: tensor<2xf32>) -> tensor<2xf32> {
        %0 = stablehlo.multiply %x, %x : tensor<2xf32>
        return %0 : tensor<2xf32>
      }`,
    inputs: ["2xf32: 3 -4"],
    expected: ["2xf32: 9 16"],
  },
  {
    op: "stablehlo.optimization_barrier",
    title: "passes its operands through",
    program: `
      func.func @main(%x: tensor<2xf32>, %y: tensor<i1>) -> (tensor<2xf32>, tensor<i1>) {
        %0:2 = stablehlo.optimization_barrier %x, %y : tensor<2xf32>, tensor<i1>
        return %0#0, %0#1 : tensor<2xf32>, tensor<i1>
      }`,
    inputs: ["2xf32: 1 2", "i1: 1"],
    expected: ["2xf32: 1 2", "i1: 1"],
  },
  {
    op: "stablehlo.tuple",
    title: "holds values of different types",
    program: `
      func.func @main(%x: tensor<f32>, %y: tensor<i32>) -> tensor<i32> {
        %0 = stablehlo.tuple %x, %y : tuple<tensor<f32>, tensor<i32>>
        %1 = stablehlo.get_tuple_element %0[1] : (tuple<tensor<f32>, tensor<i32>>) -> tensor<i32>
        return %1 : tensor<i32>
      }`,
    inputs: ["f32: 1", "i32: 7"],
    expected: ["i32: 7"],
  },
  {
    op: "stablehlo.get_tuple_element",
    title: "takes an element out of a tuple within a tuple",
    program: `
      func.func @main(%x: tensor<f32>) -> tensor<f32> {
        %0 = stablehlo.tuple %x : tuple<tensor<f32>>
        %1 = stablehlo.tuple %0 : tuple<tuple<tensor<f32>>>
        %2 = stablehlo.get_tuple_element %1[0] : (tuple<tuple<tensor<f32>>>) -> tuple<tensor<f32>>
        %3 = stablehlo.get_tuple_element %2[0] : (tuple<tensor<f32>>) -> tensor<f32>
        return %3 : tensor<f32>
      }`,
    inputs: ["f32: 5"],
    expected: ["f32: 5"],
  },
  {
    op: "stablehlo.after_all",
    title: "joins tokens",
    program: `
      func.func @main(%x: tensor<f32>) -> tensor<f32> {
        %0 = stablehlo.create_token : !stablehlo.token
        %1 = stablehlo.after_all %0, %0 : !stablehlo.token
        return %x : tensor<f32>
      }`,
    inputs: ["f32: 5"],
    expected: ["f32: 5"],
  },
  {
    op: "stablehlo.create_token",
    title: "passes through a barrier",
    program: `
      func.func @main(%x: tensor<f32>) -> tensor<f32> {
        %0 = stablehlo.create_token : !stablehlo.token
        %1:2 = stablehlo.optimization_barrier %x, %0 : tensor<f32>, !stablehlo.token
        return %1#0 : tensor<f32>
      }`,
    inputs: ["f32: 5"],
    expected: ["f32: 5"],
  },
  {
    op: "stablehlo.partition_id",
    title: "is 0: a program runs as one partition",
    program: `
      func.func @main() -> tensor<ui32> {
        %0 = stablehlo.partition_id : tensor<ui32>
        return %0 : tensor<ui32>
      }`,
    inputs: [],
    expected: ["ui32: 0"],
  },
  {
    op: "stablehlo.replica_id",
    title: "is 0: a program runs as one replica",
    program: `
      func.func @main() -> tensor<ui32> {
        %0 = stablehlo.replica_id : tensor<ui32>
        return %0 : tensor<ui32>
      }`,
    inputs: [],
    expected: ["ui32: 0"],
  },
  {
    op: "arith.constant",
    title: "is its value",
    program: `
      func.func @main() -> tensor<2xi32> {
        %0 = arith.constant dense<[4, 5]> : tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: [],
    expected: ["2xi32: 4 5"],
  },
  {
    op: "sdy.reshard",
    title: "is its operand: a run has one device",
    program: `
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<2xi32>) -> tensor<2xi32> {
        %0 = sdy.reshard %x <@mesh, [{"x"}]> : tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: ["2xi32: 4 5"],
    expected: ["2xi32: 4 5"],
  },
  {
    op: "sdy.data_flow_edge",
    title: "is its operand",
    program: `
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<2xi32>) -> tensor<2xi32> {
        %1 = stablehlo.negate %x : tensor<2xi32>
        %2 = stablehlo.negate %1 : tensor<2xi32>
        %0 = sdy.data_flow_edge %2 : tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: ["2xi32: 4 5"],
    expected: ["2xi32: 4 5"],
  },
  {
    op: "sdy.func_data_flow_edge",
    title: "is its operand",
    program: `
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<2xi32>) -> tensor<2xi32> {
        %0 = sdy.func_data_flow_edge %x : tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: ["2xi32: 4 5"],
    expected: ["2xi32: 4 5"],
  },
  {
    op: "sdy.propagation_barrier",
    title: "is its operand",
    program: `
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<2xi32>) -> tensor<2xi32> {
        %0 = sdy.propagation_barrier %x allowed_direction=NONE : tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: ["2xi32: 4 5"],
    expected: ["2xi32: 4 5"],
  },
  {
    op: "sdy.sharding_group",
    title: "makes nothing",
    program: `
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<2xi32>) -> tensor<2xi32> {
        sdy.sharding_group %x group_id=1 : tensor<2xi32>
        %0 = stablehlo.add %x, %x : tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: ["2xi32: 4 5"],
    expected: ["2xi32: 8 10"],
  },
  {
    op: "sdy.constant",
    title: "is its value",
    program: `
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<2xi32>) -> tensor<2xi32> {
        %0 = sdy.constant dense<[6, 7]> : tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: ["2xi32: 4 5"],
    expected: ["2xi32: 6 7"],
  },
  {
    op: "sdy.named_computation",
    title: "runs its body",
    program: `
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<2xi32>) -> tensor<2xi32> {
        %0 = sdy.named_computation<"twice">(%x) (%y: tensor<2xi32>) {
          %1 = stablehlo.add %y, %y : tensor<2xi32>
          sdy.return %1 : tensor<2xi32>
        } : (tensor<2xi32>) -> tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: ["2xi32: 4 5"],
    expected: ["2xi32: 8 10"],
  },
  {
    op: "sdy.sharding_constraint",
    title: "is its operand: a run has one device",
    program: `
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<2xi32>) -> tensor<2xi32> {
        %0 = sdy.sharding_constraint %x <@mesh, [{"x"}]> : tensor<2xi32>
        return %0 : tensor<2xi32>
      }`,
    inputs: ["2xi32: 4 5"],
    expected: ["2xi32: 4 5"],
  },
  {
    op: "stablehlo.uniform_quantize",
    title: "divides by the scale of its channel, rounds to even, and saturates",
    program: `
      func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xi8> {
        %0 = stablehlo.uniform_quantize %x : (tensor<2x3xf32>) -> tensor<2x3x!quant.uniform<i8:f32:0, {0.5:1,2.0}>>
        %1 = stablehlo.bitcast_convert %0 : (tensor<2x3x!quant.uniform<i8:f32:0, {0.5:1,2.0}>>) -> tensor<2x3xi8>
        return %1 : tensor<2x3xi8>
      }`,
    inputs: ["2x3xf32: 1 -1.25 100 1 3 -1000"],
    // 1 / 0.5 + 1, -2.5 + 1, 201; 0.5, 1.5, -500.
    expected: ["2x3xi8: 3 -1 127 0 2 -128"],
  },
  {
    op: "stablehlo.uniform_dequantize",
    title: "multiplies the distance from the zero point by the scale",
    program: `
      func.func @main(%x: tensor<3xi8>) -> tensor<3xf32> {
        %0 = stablehlo.bitcast_convert %x : (tensor<3xi8>) -> tensor<3x!quant.uniform<i8:f32, 0.5:10>>
        %1 = stablehlo.uniform_dequantize %0 : (tensor<3x!quant.uniform<i8:f32, 0.5:10>>) -> tensor<3xf32>
        return %1 : tensor<3xf32>
      }`,
    inputs: ["3xi8: 10 11 -128"],
    expected: ["3xf32: 0 0.5 -69"],
  },
  {
    op: "stablehlo.add",
    title: "of quantised tensors adds the numbers they stand for",
    program: `
      func.func @main(%x: tensor<2xi8>) -> tensor<2xi8> {
        %0 = stablehlo.bitcast_convert %x : (tensor<2xi8>) -> tensor<2x!quant.uniform<i8:f32, 0.5:10>>
        %1 = stablehlo.add %0, %0 : tensor<2x!quant.uniform<i8:f32, 0.5:10>>
        %2 = stablehlo.bitcast_convert %1 : (tensor<2x!quant.uniform<i8:f32, 0.5:10>>) -> tensor<2xi8>
        return %2 : tensor<2xi8>
      }`,
    inputs: ["2xi8: 12 -128"],
    // 1 + 1 is stored as 4 + 10; -69 - 69 saturates.
    expected: ["2xi8: 14 -128"],
  },
  {
    op: "stablehlo.custom_call",
    title: "@AllocateBuffer, memory of any content, is zeros",
    program: `
      func.func @main() -> tensor<2xbf16> {
        %0 = stablehlo.custom_call @AllocateBuffer() : () -> tensor<2xbf16>
        return %0 : tensor<2xbf16>
      }`,
    inputs: [],
    expected: ["2xbf16: 0 0"],
  },
  {
    op: "stablehlo.custom_call",
    title: "@Sharding, @LayoutConstraint and @annotate_device_placement say where a value lies, and give it",
    program: `
      func.func @main(%x: tensor<2xi8>) -> tensor<2xi8> {
        %0 = stablehlo.custom_call @Sharding(%x) {mhlo.sharding = "{replicated}"} : (tensor<2xi8>) -> tensor<2xi8>
        %1 = stablehlo.custom_call @LayoutConstraint(%0) {operand_layouts = [dense<0> : tensor<1xindex>], result_layouts = [dense<0> : tensor<1xindex>]} : (tensor<2xi8>) -> tensor<2xi8>
        %2 = stablehlo.custom_call @annotate_device_placement(%1) : (tensor<2xi8>) -> tensor<2xi8>
        return %2 : tensor<2xi8>
      }`,
    inputs: ["2xi8: 3 -4"],
    expected: ["2xi8: 3 -4"],
  },
  {
    op: "sdy.manual_computation",
    title: "a manual computation along no axes computes with whole values",
    program: `
      sdy.mesh @mesh = <["a"=2]>
      func.func @main(%x: tensor<2xi8>) -> tensor<2xi8> {
        %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"a"}]>] out_shardings=[<@mesh, [{}]>] manual_axes={} (%y: tensor<2xi8>) {
          %1 = stablehlo.add %y, %y : tensor<2xi8>
          sdy.return %1 : tensor<2xi8>
        } : (tensor<2xi8>) -> tensor<2xi8>
        return %0 : tensor<2xi8>
      }`,
    inputs: ["2xi8: 3 -4"],
    expected: ["2xi8: 6 -8"],
  },
];
