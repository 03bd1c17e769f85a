/** What MLIR reads although no plugin computes it is read and printed here, too; what would compute it complains. */
import { describe, expect, test } from "vitest";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { decomposeChlo } from "../../../src/lowering/chlo/index.js";

const main = (head: string, ...lines: readonly string[]): string =>
  ["module {", `  func.func @main(${head}) {`, ...lines, "    return", "  }", "}", ""].join("\n");

const broadcast = (name: string, dimensions: string, a = "2x4xf32", b = "2x3x4xf32"): string =>
  main(
    `%arg0: tensor<${a}>, %arg1: tensor<${b}>`,
    `    %0 = chlo.broadcast_${name} %arg0, %arg1${dimensions} : (tensor<${a}>, tensor<${b}>) -> tensor<${b}>`,
  );

const dimensions = (list: string): string => ` {broadcast_dimensions = array<i64: ${list}>}`;

function read(text: string): string {
  const module = parseModule(text);
  verifyModule(module);
  return printModule(module);
}

describe("read and printed", () => {
  test.each([
    ["too many dimensions to broadcast along", broadcast("add", dimensions("0, 1, 2"))],
    ["one that the result does not have", broadcast("add", dimensions("0, 5"))],
    ["dimensions that do not increase", broadcast("add", dimensions("2, 0"))],
    ["floats that are shifted", broadcast("shift_left", "", "4xf32")],
    ["integers that have no next after them", broadcast("next_after", "", "4xi32", "2x4xi32")],
    [
      "products of different element types, as JAX exports them",
      main(
        "%arg0: tensor<2x3xf32>, %arg1: tensor<3x4xi64>",
        "    %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x4xi64>) -> tensor<2x4xf32>",
      ),
    ],
    [
      "sizes of one letter that differ",
      main(
        "%arg0: tensor<2x3xf32>, %arg1: tensor<4x5xf32>",
        '    %0 = stablehlo.einsum %arg0, %arg1, config = "ab,bc->ac" : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>',
      ),
    ],
  ])("%s", (_, text) => {
    expect(read(text)).toBe(text);
  });

  const alongMesh = (mesh: string, axes: string): string =>
    main(
      "%arg0: tensor<f32>",
      `    %0 = "stablehlo.collective_broadcast"(%arg0) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = ${mesh}, axes = ${axes}>}> : (tensor<f32>) -> tensor<f32>`,
    );

  test("axes of any kind, of a mesh that stands elsewhere", () => {
    expect(read(alongMesh("@main", "[3 : i64, 4 : i8]"))).toBe(read(alongMesh("@main", "[3, 4 : i8]")));
    expect(read(alongMesh("@main", '["x", unit]'))).toBe(alongMesh("@main", '["x", unit]'));
  });

  const mesh = '#stablehlo.mesh<axes=[<name = "x", size = 2>]>';
  test.each([
    [
      alongMesh('"mesh"', "[]"),
      "the mesh of replica_groups must be a symbol or #stablehlo.mesh [replica_groups_mesh]",
    ],
    [
      alongMesh("@main::@mesh", "[]"),
      "the mesh of replica_groups must be a symbol or #stablehlo.mesh [replica_groups_mesh]",
    ],
    [alongMesh(mesh, "[0]"), "axes of replica_groups must be of #stablehlo.axis_ref [replica_groups_axes]"],
    [
      alongMesh(mesh, '[#stablehlo.axis_ref<name = "y">]'),
      'the mesh of replica_groups has no axis "y" [replica_groups_axes]',
    ],
    [alongMesh("#stablehlo.mesh<axes=[]>", "[]"), "a mesh has one axis or more"],
  ])("of a mesh that stands there, what does not fit it is refused", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test("a target whose name has a type, which says nothing", () => {
    const call = (name: string): string =>
      main(
        "%arg0: tensor<f32>",
        `    %0 = "stablehlo.custom_call"(%arg0) <{call_target_name = ${name}}> : (tensor<f32>) -> tensor<f32>`,
      );
    expect(read(call('"a \\"\\5Cb\\"" : tensor<3xf32>'))).toBe(read(call('"a \\"\\\\b\\""')));
  });
});

describe("refused where it is decomposed", () => {
  test.each([
    [
      broadcast("add", dimensions("0, 1, 2")),
      "chlo.broadcast_add: broadcast_dimensions must have 2 items, got 3 [chlo_broadcast_dimensions_size]",
    ],
    [
      broadcast("add", dimensions("0, 5")),
      "chlo.broadcast_add: broadcast_dimensions must lie in [0, 3), got 5 [chlo_broadcast_dimensions_range]",
    ],
    [
      broadcast("subtract", dimensions("2, 0")),
      "chlo.broadcast_subtract: broadcast_dimensions must increase, got [2, 0] [chlo_broadcast_dimensions_order]",
    ],
    [
      broadcast("shift_left", "", "4xf32"),
      "chlo.broadcast_shift_left: computes nothing of tensor<4xf32> [chlo_broadcast_operands]",
    ],
    [
      broadcast("next_after", "", "4xi32", "2x4xi32"),
      "chlo.broadcast_next_after: computes nothing of tensor<4xi32> [chlo_broadcast_operands]",
    ],
    [
      broadcast("polygamma", "", "4xcomplex<f32>", "2x4xcomplex<f32>"),
      "chlo.broadcast_polygamma: computes nothing of tensor<4xcomplex<f32>> [chlo_broadcast_operands]",
    ],
    [
      broadcast("remainder", "", "4xi1", "2x4xi1"),
      "chlo.broadcast_remainder: computes nothing of tensor<4xi1> [chlo_broadcast_operands]",
    ],
  ])("%s", (text, message) => {
    const module = parseModule(text);
    verifyModule(module);
    expect(() => {
      decomposeChlo(module);
    }).toThrow(message);
  });
});
