/**
 * What a module carries beside its ops: constants, shardings, module attributes, locations, the order of
 * uses.
 */
import { describe, expect, test } from "vitest";
import { builtinAttributes } from "../../../src/ir/bytecode/builtin.js";
import { isA } from "../../../src/ir/bytecode/entity.js";
import { deserializePortable, serializePortable } from "../../../src/ir/bytecode/index.js";
import { readProgram } from "../../../src/ir/bytecode/read-program.js";
import { schema } from "../../../src/ir/bytecode/schema.js";
import { packElements } from "../../../src/ir/bytecode/tensor-data.js";
import { findUseLists } from "../../../src/ir/bytecode/use-lists.js";
import { elementsFromNumbers } from "../../../src/ir/elements.js";
import { walk } from "../../../src/ir/operation.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { type ScalarType, tensorType } from "../../../src/ir/types.js";

const back = (text: string): string =>
  printModule(deserializePortable(serializePortable(parseModule(text, { file: "f.mlir" }))).module);

describe("constants", () => {
  test.each<readonly [string, readonly number[], ScalarType, readonly number[]]>([
    ["i1 packed, first in the lowest bit", [1, 0, 1, 1, 0, 0, 0, 0, 1], "i1", [0b1101, 1]],
    ["true for all", [1, 1, 1], "i1", [0xff]],
    ["false for all", [0, 0, 0], "i1", [0]],
    ["one i1", [1], "i1", [1]],
    ["i4 without its sign", [-1, 7, -8], "i4", [0x0f, 7, 8]],
    ["i16 little-endian", [1, -2], "i16", [1, 0, 0xfe, 0xff]],
    ["a splat once", [3, 3, 3, 3], "i32", [3, 0, 0, 0]],
    ["none", [], "i32", []],
  ])("%s", (_, values, element, bytes) => {
    expect([...packElements(elementsFromNumbers(tensorType([values.length], element), values))]).toEqual(
      bytes,
    );
  });

  test.each([
    "dense<[true, false, true]> : tensor<3xi1>",
    "dense<true> : tensor<20xi1>",
    "dense<false> : tensor<i1>",
    "dense<[-1, 7]> : tensor<2xi4>",
    "dense<[1.000000e+00, 0x7FC00000, 0xFF800000]> : tensor<3xf32>",
    "dense<(1.000000e+00,-0.000000e+00)> : tensor<1xcomplex<f64>>",
    "dense<> : tensor<0x3xbf16>",
    "dense<[[1.500000e+00], [4.480000e+02]]> : tensor<2x1xf8E4M3FN>",
    "dense<18446744073709551615> : tensor<ui64>",
  ])("%s comes back", (literal) => {
    const type = literal.slice(literal.indexOf(" : ") + 3);
    const name = /xi1|<i1|xi4|ui64/.test(type) ? "%c" : "%cst";
    const text = `module {\n  func.func @main() -> ${type} {\n    ${name} = stablehlo.constant ${literal}\n    return ${name} : ${type}\n  }\n}\n`;
    expect(back(text)).toBe(text);
  });
});

test("shardings of Shardy come back", () => {
  const text = `module attributes {mhlo.num_partitions = 8 : i32} {
  sdy.mesh @mesh = <["x"=2, "y"=4]>
  sdy.mesh @one = <["x"=2], device_ids=[1, 0]>
  func.func @main(%arg0: tensor<4x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {"y":(1)2, ?}p3], replicated={"y":(2)2}>}) -> (tensor<4x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {?}]>}) {
    %0 = stablehlo.add %arg0, %arg0 {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}, {}], unreduced={"y"}>]>} : tensor<4x8xf32>
    %1 = stablehlo.abs %0 {sdy.sharding = #sdy.sharding_per_value<[<mesh<["z"=8]>, [{"z"}, {}]>]>} : tensor<4x8xf32>
    return %1 : tensor<4x8xf32>
  }
}
`;
  expect(back(text)).toBe(text);
});

test("groups by axes of a mesh come back", () => {
  const text = `module {
  func.func @main(%arg0: tensor<f32>) -> tensor<f32> {
    %0 = "stablehlo.collective_broadcast"(%arg0) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = #stablehlo.mesh<axes=[<name = "x", size = 2>, <name = "y", size = 4>], device_ids=dense<[1, 0]> : tensor<2xi64>>, axes = [#stablehlo.axis_ref<name = "x">, #stablehlo.axis_ref<name = "y", sub_axis_info = (1)2>]>}> : (tensor<f32>) -> tensor<f32>
    return %0 : tensor<f32>
  }
}
`;
  const module = deserializePortable(serializePortable(parseModule(text), { verify: false }), {
    verify: false,
  });
  expect(printModule(module.module)).toBe(text);
  expect(module.version).toBe("1.16.0");
});

test("quantised types keep whether their storage is an unsigned type or read as unsigned", () => {
  const text = `module {
  func.func @main(%arg0: tensor<4x!quant.uniform<ui8:f32, 34.0:16>>, %arg1: tensor<4x!quant.uniform<u8:f32, 34.0:16>>) {
    return
  }
}
`;
  expect(printModule(parseModule(text))).toBe(text);
  expect(back(text)).toBe(text);
});

test("axes of a mesh may be written with the name of their attribute in front", () => {
  const operation = (axis: string): string => `module {
  func.func @main(%arg0: tensor<f32>) -> tensor<f32> {
    %0 = stablehlo.abs %arg0 {my.mesh = #stablehlo.mesh<axes=[${axis}<name = "x", size = 2>]>} : tensor<f32>
    return %0 : tensor<f32>
  }
}
`;
  expect(back(operation("#stablehlo.mesh_axis"))).toBe(operation(""));
});

test("attributes of the module stay MLIR's own", () => {
  const text = `module @m attributes {a = 1 : i32, b = true, c = "x\\C3\\A9", d = [1, 2.500000e+00], e = {f, g = @h::@i}, j = tensor<2xf32>, k = array<i64: 1, -1>, l = array<i1: true>, m = dense<[1, 2]> : tensor<2xi32>, n = -1.500000e+00 : f16, o = array<f32: 1.000000e+00, 2.000000e+00>, p = () -> index} {
}
`;
  expect(back(text)).toBe(text);
});

test("locations come back", () => {
  const text = `module {
  func.func @main(%arg0: tensor<f32> loc("x"("m.ts":3:4))) -> tensor<f32> {
    %0 = stablehlo.abs %arg0 : tensor<f32> loc(callsite("m.ts":5:6 at "n.ts":7:8))
    %1 = stablehlo.abs %0 : tensor<f32> loc(fused<"why">["a", "m.ts":1:2 to 3:4])
    %2 = stablehlo.abs %1 : tensor<f32> loc("m.ts":1:2 to :9)
    return %2 : tensor<f32> loc(unknown)
  } loc("f")
} loc(unknown)
`;
  const module = parseModule(text);
  const copy = deserializePortable(serializePortable(module)).module;
  expect(printModule(copy, { locations: true })).toBe(printModule(module, { locations: true }));
});

test("without locations equal programs of different files give equal bytes", () => {
  const text = "func.func @main() {\n  return\n}\n";
  const [a, b] = ["a.mlir", "b.mlir"].map((file) => parseModule(text, { file }));
  expect(serializePortable(a!, { locations: false })).toEqual(serializePortable(b!, { locations: false }));
  expect(serializePortable(a!)).not.toEqual(serializePortable(b!));
});

test("strings of bytes that are no UTF-8 come back", () => {
  const text = `module {
  func.func @main() -> tensor<f32> {
    %0 = stablehlo.custom_call @f() {backend_config = "\\00\\FF\\C3\\A9"} : () -> tensor<f32>
    return %0 : tensor<f32>
  }
}
`;
  expect(back(text)).toBe(text);
});

test("a region that uses a value from outside is numbered after it", () => {
  const text = `module {
  func.func @main(%arg0: tensor<i1>, %arg1: tensor<f32>) -> tensor<f32> {
    %0 = "stablehlo.if"(%arg0) ({
      %2 = stablehlo.abs %arg1 : tensor<f32>
      stablehlo.return %2 : tensor<f32>
    }, {
      stablehlo.return %arg1 : tensor<f32>
    }) : (tensor<i1>) -> tensor<f32>
    %1 = stablehlo.abs %0 : tensor<f32>
    return %1 : tensor<f32>
  }
}
`;
  expect(back(text)).toBe(text);
  const { root } = readProgram(serializePortable(parseModule(text)), schema);
  const body = root.regions[0]!.blocks[0]!.operations[0]!.regions[0]!.blocks[0]!;
  const [branch] = body.operations;
  expect(branch!.isolated).toBe(false);
  // Values 0 to 3 are the arguments and results of the function's body; the branch begins with 4.
  expect(branch!.regions[0]!.blocks[0]!.operations.map(({ operands }) => operands)).toEqual([[1], [4]]);
  expect(isA(root.location, builtinAttributes.filePosition)).toBe(true);
});

describe("the order of uses", () => {
  const text = `func.func @main(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %0 = stablehlo.tanh %x : tensor<f32>
  %1 = stablehlo.add %0, %0 : tensor<f32>
  return %1, %x : tensor<f32>, tensor<f32>
}
`;

  test("is the natural one unless operations are rewritten for an old target", () => {
    expect(findUseLists(parseModule(text), () => false).size).toBe(0);
  });

  test("a rewritten operation uses anew, and turns the uses of its results round", () => {
    const module = parseModule(text);
    const lists = findUseLists(module, ({ name }) => name === "stablehlo.tanh");
    const tanh = [...walk(module)].find(({ name }) => name === "stablehlo.tanh")!;
    expect(lists.get(tanh.operands[0]!)).toEqual([1, 0]);
    expect(lists.get(tanh.result)).toEqual([1, 0]);
  });

  test("is written for the old target, and skipped when read", () => {
    const bytes = serializePortable(parseModule(text), { targetVersion: "1.8.0" });
    const natural = serializePortable(parseModule(text), { targetVersion: "1.8.0", libraryVersion: "1.8.0" });
    expect(bytes.length - natural.length).toBe(6);
    const [a, b] = [bytes, natural].map((each) => printModule(deserializePortable(each).module));
    expect(a).toBe(b);
  });
});
