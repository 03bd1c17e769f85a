/** Every rule of Shardy that shardings must keep: a program that keeps them, and for each rule an edit that breaks it. */
import { describe, expect, test } from "vitest";
import { VerifyError } from "../../../src/ir/errors.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";

const valid = `sdy.mesh @mesh = <["a"=2, "b"=4], device_ids=[7, 6, 5, 4, 3, 2, 1, 0]>
sdy.mesh @one = <[], device_ids=[3]>
func.func @main(%x: tensor<8x4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"a", ?}p1, {"b":(1)2}], replicated={"b":(2)2}>}) -> tensor<8x4xf32> {
  %0 = stablehlo.negate %x {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{}, {"b"}], unreduced={"a"}>]>} : tensor<8x4xf32>
  %1 = stablehlo.custom_call @f(%0) {sdy.sharding_rule = #sdy.op_sharding_rule<([ij, k])->([lm, k]) {i=4, j=2, k=4, l=4, m=2} reduction={i, j} permutation={k}>} : (tensor<8x4xf32>) -> tensor<8x4xf32>
  %2 = sdy.manual_computation(%1) in_shardings=[<@mesh, [{"a"}, {}]>] out_shardings=[<@mesh, [{"a"}, {}]>] manual_axes={"a"} (%y: tensor<4x4xf32>) {
    %4 = sdy.sharding_constraint %y <@mesh, [{"b"}, {}]> : tensor<4x4xf32>
    sdy.return %4 : tensor<4x4xf32>
  } : (tensor<8x4xf32>) -> tensor<8x4xf32>
  %3 = sdy.reshard %2 <mesh<["c"=8]>, [{"c"}, {}]> : tensor<8x4xf32>
  stablehlo.custom_call @g() {has_side_effect = true, sdy.sharding = #sdy.sharding_per_value<[<@one, []>]>} : () -> ()
  return %3 : tensor<8x4xf32>
}`;

function verdict(text: string): string {
  try {
    verifyModule(parseModule(text));
    return "none";
  } catch (error) {
    if (error instanceof VerifyError) return error.constraint ?? error.message;
    throw error;
  }
}

test("a program that keeps them all", () => {
  expect(verdict(valid)).toBe("none");
});

test("of a value of another dialect's type the axes are known, and not the rank", () => {
  const of = (dimensions: string): string => `sdy.mesh @mesh = <["a"=2, "b"=4]>
func.func private @f(!my.tensor<8x4> {sdy.sharding = #sdy.sharding<@mesh, [${dimensions}], replicated={"b"}>})`;
  expect(verdict(of('{"a"}, {}'))).toBe("none");
  expect(verdict(of('{"c"}, {}'))).not.toBe("none");
});

test("a module in a module is held to its own meshes", () => {
  const inner = (mesh: string): string => `sdy.mesh @mesh = <["a"=2]>
module @inner {
  sdy.mesh @other = <["b"=2]>
  func.func @f(%x: tensor<8xf32> {sdy.sharding = #sdy.sharding<${mesh}]>}) {
    return
  }
}`;
  expect(verdict(inner('@other, [{"b"}'))).toBe("none");
  expect(verdict(inner('@mesh, [{"a"}'))).toBe("sharding_mesh");
});

describe("a broken rule", () => {
  test.each([
    ["mesh_axes", '"a"=2, "b"=4', '"a"=2, "a"=4'],
    ["mesh_axes", '["c"=8]', '["c"=0]'],
    ["mesh_devices", "[7, 6, 5, 4, 3, 2, 1, 0]", "[7, 6, 5, 4, 3, 2, 1]"],
    ["mesh_devices", "[7, 6, 5, 4, 3, 2, 1, 0]", "[7, 6, 5, 4, 3, 2, 1, 1]"],
    ["mesh_devices", "device_ids=[3]", "device_ids=[-3]"],
    ["sharding_mesh", "%y <@mesh,", "%y <@other,"],
    ["sharding_mesh", "[<@one, []>]", "[<@other, []>]"],
    ["sharding_rank", 'sharding<@mesh, [{"a", ?}p1, ', "sharding<@mesh, ["],
    ["sharding_rank", '%y <@mesh, [{"b"}, {}]>', "%y <@one, [{}, {}]>"],
    ["sharding_priority", '{"a", ?}p1', "{}p1"],
    ["axis_unknown", '%y <@mesh, [{"b"}', '%y <@mesh, [{"z"}'],
    ["axis_repeated", '[{}, {"b"}], unreduced', '[{"a"}, {"b"}], unreduced'],
    ["axes_order", 'replicated={"b":(2)2}', 'replicated={"b":(2)2, "a"}'],
    ["axes_merge", '{"b":(1)2}], replicated={"b":(2)2}', '{"b":(1)2, "b":(2)2}]'],
    ["axis_overlap", 'replicated={"b":(2)2}', 'replicated={"b"}'],
    ["axis_overlap", '<mesh<["c"=8]>, [{"c"}, {}]>', '<mesh<["c"=8]>, [{"c":(1)4}, {"c":(2)2}]>'],
    ["sub_axis", 'replicated={"b":(2)2}', 'replicated={"b":(2)3}'],
    ["sub_axis", 'replicated={"b":(2)2}', 'replicated={"b":(2)1}'],
    ["sub_axis", '{"b":(1)2}], replicated={"b":(2)2}', '{"b":(1)4}]'],
    ["sharding_manual_axis", '%y <@mesh, [{"b"}', '%y <@mesh, [{"a"}'],
    ["sharding_count", "in_shardings=[", 'in_shardings=[<@mesh, [{"a"}, {}]>, '],
    [
      "sharding_kind",
      "sdy.sharding = #sdy.sharding_per_value<[<@one, []>]>",
      "sdy.sharding = #sdy.sharding<@one, []>",
    ],
    ["manual_axes_mesh", 'manual_axes={"a"}', 'manual_axes={"z"}'],
    ["rule_count", "([ij, k])->", "([ij, k], [ij, k])->"],
    ["rule_rank", "([ij, k])->", "([ij])->"],
    ["rule_factors", "([ij, k])->", "([ij, n])->"],
    ["rule_factors", "([ij, k])->", "([ij, i])->"],
    ["rule_factors", "m=2}", "m=2, n=2}"],
    ["rule_factors", "j=2", "j=1"],
    ["rule_special", "reduction={i, j}", "reduction={j, i}"],
    ["rule_special", "reduction={i, j} permutation={k}", "reduction={k}"],
    ["rule_special", "permutation={k}", "permutation={n}"],
    ["rule_special", "permutation={k}", "permutation={i}"],
  ])("%s: %s => %s", (label, from, to) => {
    expect(valid).toContain(from);
    expect(verdict(valid.replace(from, to))).toBe(label);
  });

  test("an axis that a manual computation around has bound", () => {
    const text = `sdy.mesh @mesh = <["a"=2]>
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"a"}]>] out_shardings=[<@mesh, [{"a"}]>] manual_axes={"a"} (%y: tensor<2xf32>) {
    %1 = sdy.manual_computation(%y) in_shardings=[<@mesh, [{}]>] out_shardings=[<@mesh, [{}]>] manual_axes={"a"} (%z: tensor<2xf32>) {
      sdy.return %z : tensor<2xf32>
    } : (tensor<2xf32>) -> tensor<2xf32>
    sdy.return %1 : tensor<2xf32>
  } : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}`;
    expect(verdict(text)).toBe("manual_axes_bound");
    expect(verdict(text.replace('[{}]>] manual_axes={"a"} (%z', "[{}]>] manual_axes={} (%z"))).toBe("none");
  });
});
