import { describe, expect, test } from "vitest";
import { single, verdict } from "./verdict.js";

describe("collectives", () => {
  const gather = (rows: number, groups: string, attributes = ""): string => {
    const type = `tensor<${rows}x3xf32>`;
    return `module @m${attributes} {\n  ${single(
      `%a: ${type}`,
      type,
      `"stablehlo.all_gather"(%a) <{all_gather_dim = 1 : i64, replica_groups = ${groups}}> : (${type}) -> ${type}`,
    )}\n}`;
  };

  test("one over no elements is refused", () => {
    expect(verdict(gather(1, "dense<0> : tensor<1x1xi64>"))).toBe("accepted");
    expect(verdict(gather(0, "dense<0> : tensor<1x1xi64>"))).toContain("[collective_empty]");
  });

  test("one that names a device outside of the run is refused, in groups and in pairs", () => {
    const two = "dense<[[0], [1]]> : tensor<2x1xi64>";
    expect(verdict(gather(1, two, " attributes {mhlo.num_replicas = 2 : i32}"))).toBe("accepted");
    expect(verdict(gather(1, two))).toMatchInlineSnapshot(`
      "verify error: stablehlo.all_gather: names device 1, which takes no part [collective_participant]
        expected: ids below 1, the module's replicas times its partitions
        got:      1
        at:       -:3:8
        hint:     set mhlo.num_replicas or mhlo.num_partitions of the module, or leave the device out"
    `);
    const permute = single(
      "%a: tensor<3xf32>",
      "tensor<3xf32>",
      '"stablehlo.collective_permute"(%a) <{source_target_pairs = dense<[[0, 2]]> : tensor<1x2xi64>}> : (tensor<3xf32>) -> tensor<3xf32>',
    );
    expect(verdict(permute)).toContain("names device 2, which takes no part");
  });

  const axis = (fields: string): string => `#stablehlo.axis_ref<${fields}>`;
  const x = axis('name = "x"');
  const alongMesh = (mesh: string, axes: string, devices = 4): string =>
    `module @m attributes {mhlo.num_partitions = ${devices} : i32} {
  sdy.mesh @mesh = <["x"=2, "y"=2]>
  sdy.mesh @twice = <["x"=2, "y"=2], device_ids=[3, 2, 1, 0]>
  ${single(
    "%a: tensor<3xf32>",
    "tensor<3xf32>",
    `"stablehlo.collective_broadcast"(%a) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = ${mesh}, axes = [${axes}]>}> : (tensor<3xf32>) -> tensor<3xf32>`,
  )}\n}`;
  const literal = (size: number): string =>
    `#stablehlo.mesh<axes=[<name = "x", size = ${size}>, <name = "y", size = 1>]>`;

  test("along the axes of a mesh of the devices that run the program is accepted", () => {
    expect(verdict(alongMesh("@mesh", x))).toBe("accepted");
    expect(verdict(alongMesh("@twice", `${axis('name = "y"')}, ${x}`))).toBe("accepted");
    expect(verdict(alongMesh(literal(4), axis('name = "x", sub_axis_info = (2)2')))).toBe("accepted");
  });

  test.each([
    ["an axis twice", alongMesh("@mesh", `${x}, ${x}`), 'axis "x" is used twice [collective_mesh]'],
    [
      "a part that does not divide its axis",
      alongMesh("@mesh", axis('name = "x", sub_axis_info = (3)7')),
      '"x":(3)7 does not divide its axis, whose size is 2 [collective_mesh]',
    ],
    [
      "an axis that the mesh has not",
      alongMesh("@mesh", axis('name = "z"')),
      'the mesh has no axis "z" [collective_mesh]',
    ],
    ["texts", alongMesh("@mesh", '"x"'), "names its devices by what are no axes [collective_mesh]"],
    ["numbers", alongMesh("@mesh", "0 : i64"), "names its devices by what are no axes [collective_mesh]"],
    ["a function", alongMesh("@main", x), "names its devices by what is no mesh [collective_mesh]"],
    [
      "a mesh of no devices",
      alongMesh(literal(0), x),
      'axis "x" must have a size of at least 1 [collective_mesh]',
    ],
    [
      "a mesh of devices that do not run the program",
      alongMesh("@mesh", x, 2),
      "names the devices of a mesh, which has 4 [collective_participant]\n  expected: a mesh of 2, the module's replicas times its partitions\n",
    ],
  ])("along %s, which would end the process or be refused later, is refused", (_, program, message) => {
    expect(verdict(program)).toContain(message);
  });
});
