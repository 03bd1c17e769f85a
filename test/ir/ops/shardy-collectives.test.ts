/** What Shardy's collectives, edges and computations ask of shardings on both sides: a program that keeps the rules, and edits that break them. */
import { describe, expect, test } from "vitest";
import { VerifyError } from "../../../src/ir/errors.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";

function verdict(text: string): string {
  try {
    verifyModule(parseModule(text));
    return "none";
  } catch (error) {
    if (error instanceof VerifyError) return error.constraint ?? error.message;
    throw error;
  }
}

const meshes = `sdy.mesh @mesh = <["a"=2, "b"=4, "c"=4]>
sdy.mesh @turned = <["a"=2, "b"=4, "c"=4], device_ids=[${Array.from({ length: 32 }, (_, i) => 31 - i).join(", ")}]>
sdy.mesh @named = <["a"=2, "b"=4, "c"=4]>
sdy.mesh @other = <["z"=32]>
`;

/** One collective on an argument with this sharding (none when it is empty). */
const collective = (operand: string, operation: string, result: string): string => {
  const attribute = operand === "" ? "" : ` {sdy.sharding = #sdy.sharding<${operand}>}`;
  return `${meshes}func.func @main(%x: tensor<16x16xf32>${attribute}) -> tensor<16x16xf32> {
  %0 = sdy.${operation.replace("%x", `%x out_sharding=<${result}>`)} : tensor<16x16xf32>
  return %0 : tensor<16x16xf32>
}`;
};

describe("collectives that do what they say", () => {
  test.each([
    ['@mesh, [{"a", "b"}, {}]', 'all_gather [{"b"}, {}] %x', '@mesh, [{"a"}, {}]'],
    ['@mesh, [{"a", "b"}, {}]', 'all_gather [{"b":(2)2}, {}] %x', '@mesh, [{"a", "b":(1)2}, {}]'],
    ["", 'all_slice [{"a"}, {"b"}] %x', '@mesh, [{"a"}, {"b"}]'],
    ['@mesh, [{"b":(1)2}, {}]', 'all_slice [{"b":(2)2}, {}] %x', '@mesh, [{"b"}, {}]'],
    ['@mesh, [{"a", "b"}, {"c"}]', 'all_to_all [{"b"}: 0->1] %x', '@mesh, [{"a"}, {"c", "b"}]'],
    ['@mesh, [{"b"}, {}]', "collective_permute %x", '@mesh, [{"c"}, {}]'],
    ['@mesh, [{"b"}, {}]', "collective_permute %x", '@turned, [{"b"}, {}]'],
    ['@mesh, [{"a"}, {}], unreduced={"b"}', 'all_reduce {"b"} %x', '@mesh, [{"a"}, {}]'],
    ["", 'all_reduce {"b"} %x', "@mesh, [{}, {}]"],
    [
      '@mesh, [{}, {}], unreduced=max{"a", "b"}',
      'all_reduce max {"b"} %x',
      '@mesh, [{}, {}], unreduced=max{"a"}',
    ],
    ['@mesh, [{"a"}, {}]', 'reduce_scatter [{}, {"b"}] %x', '@mesh, [{"a"}, {"b"}]'],
    ['@mesh, [{"a", "b"}, {}]', 'sharded_to_unreduced [{"b"}, {}] %x', '@mesh, [{"a"}, {}], unreduced={"b"}'],
    ['@mesh, [{"a"}, {}]', 'replicated_to_unreduced {"b"} %x', '@mesh, [{"a"}, {}], unreduced={"b"}'],
  ])("%s: %s: %s", (operand, operation, result) => {
    expect(verdict(collective(operand, operation, result))).toBe("none");
  });
});

describe("collectives that do not", () => {
  test.each([
    ["collective_operand", "", 'all_gather [{"b"}, {}] %x', "@mesh, [{}, {}]"],
    ["collective_mesh", '@other, [{"z"}, {}]', "all_gather [{}, {}] %x", "@mesh, [{}, {}]"],
    ["collective_mesh", '@other, [{"z"}, {}]', "collective_permute %x", '@mesh, [{"a"}, {}]'],
    ["collective_mesh", '@mesh, [{"b"}, {}]', "collective_permute %x", '@named, [{"b"}, {}]'],
    ["collective_rank", '@mesh, [{"b"}, {}]', 'all_gather [{"b"}] %x', "@mesh, [{}, {}]"],
    ["collective_axes", '@mesh, [{"a", "b"}, {}]', 'all_gather [{"a"}, {}] %x', '@mesh, [{"b"}, {}]'],
    ["collective_axes", '@mesh, [{"b"}, {}]', 'all_gather [{"b":(1)2}, {}] %x', '@mesh, [{"b":(2)2}, {}]'],
    ["collective_result", '@mesh, [{"a", "b"}, {}]', 'all_gather [{"b"}, {}] %x', "@mesh, [{}, {}]"],
    ["axis_repeated", '@mesh, [{"a", "b"}, {}]', 'all_gather [{"b"}, {"b"}] %x', '@mesh, [{"a"}, {}]'],
    ["collective_result", "", 'all_slice [{"a"}, {}] %x', '@mesh, [{}, {"a"}]'],
    ["collective_axes", '@mesh, [{"a"}, {}]', "all_to_all [] %x", '@mesh, [{"a"}, {}]'],
    ["all_to_all_dimension", '@mesh, [{"a"}, {}]', 'all_to_all [{"a"}: 0->2] %x', '@mesh, [{}, {"a"}]'],
    ["all_to_all_dimension", '@mesh, [{"a"}, {}]', 'all_to_all [{"a"}: 0->0] %x', '@mesh, [{"a"}, {}]'],
    ["collective_result", '@mesh, [{"a"}, {}]', 'all_to_all [{"a"}: 0->1] %x', '@mesh, [{}, {"b"}]'],
    ["collective_axes", '@mesh, [{"a"}, {}]', 'all_to_all [{"b"}: 0->1] %x', '@mesh, [{}, {"b"}]'],
    ["collective_result", '@mesh, [{"a"}, {}]', "collective_permute %x", '@mesh, [{"b"}, {}]'],
    ["collective_result", '@mesh, [{"a"}, {}]', 'all_reduce {"b"} %x', "@mesh, [{}, {}]"],
    ["collective_axes", '@mesh, [{"a"}, {}]', 'all_reduce {"a"} %x', '@mesh, [{"a"}, {}]'],
    [
      "collective_axes",
      '@mesh, [{}, {}], unreduced={"b"}',
      'all_reduce {"b"} %x',
      '@mesh, [{}, {}], unreduced={"b"}',
    ],
    ["axes_order", "", 'all_reduce {"b", "a"} %x', "@mesh, [{}, {}]"],
    ["unreduced_op", '@mesh, [{}, {}], unreduced=max{"b"}', 'all_reduce {"b"} %x', "@mesh, [{}, {}]"],
    ["unreduced_added", "", 'all_reduce {"b"} %x', '@mesh, [{}, {}], unreduced={"a"}'],
    ["collective_result", '@mesh, [{"a"}, {}]', 'reduce_scatter [{}, {"b"}] %x', '@mesh, [{"a"}, {"c"}]'],
    ["collective_unreduced", '@mesh, [{"b"}, {}]', 'sharded_to_unreduced [{"b"}, {}] %x', "@mesh, [{}, {}]"],
    [
      "none",
      '@mesh, [{"b"}, {}]',
      'sharded_to_unreduced [{"b"}, {}] %x',
      '@mesh, [{}, {}], unreduced=max{"b"}',
    ],
    ["collective_axes", '@mesh, [{"b"}, {}]', 'replicated_to_unreduced {"b"} %x', '@mesh, [{"b"}, {}]'],
    ["collective_axes", '@mesh, [{"b"}, {}]', "replicated_to_unreduced {} %x", '@mesh, [{"b"}, {}]'],
    ["collective_unreduced", '@mesh, [{"b"}, {}]', 'replicated_to_unreduced {"a"} %x', '@mesh, [{"b"}, {}]'],
  ])("%s: %s: %s: %s", (label, operand, operation, result) => {
    expect(verdict(collective(operand, operation, result))).toBe(label);
  });

  test("the error says what the result must have", () => {
    const text = collective('@mesh, [{"a", "b"}, {}]', 'all_gather [{"b":(2)2}, {}] %x', "@mesh, [{}, {}]");
    expect(() => {
      verifyModule(parseModule(text));
    }).toThrow(
      'sdy.all_gather: dimension 0 of the result must have the axes {"a", "b":(1)2}, got {} [collective_result]',
    );
  });
});

describe("a value that is given another sharding", () => {
  const reshard = (
    from: string,
    op: string,
    to: string,
  ): string => `${meshes}func.func @main(%x: tensor<16xf32> {sdy.sharding = #sdy.sharding<${from}>}) {
  %0 = sdy.propagation_barrier %x allowed_direction=NONE : tensor<16xf32>
  %1 = sdy.${op} %0 <${to}> : tensor<16xf32>
  return
}`;
  test.each([
    ["none", '@mesh, [{}], unreduced=max{"a"}', "@mesh, [{}]"],
    ["none", "@mesh, [{}]", '@mesh, [{}], unreduced={"a"}'],
    ["none", "@mesh, [{}]", '@mesh, [{}], unreduced=max{"a"}'],
    ["unreduced_op", '@mesh, [{}], unreduced=max{"a"}', '@mesh, [{}], unreduced={"a"}'],
    ["none", '@mesh, [{}], unreduced=max{"a"}', '@turned, [{}], unreduced={"a"}'],
  ])("%s: from %s to %s", (label, from, to) => {
    for (const op of ["reshard", "sharding_constraint"]) expect(verdict(reshard(from, op, to))).toBe(label);
  });
});

describe("manual computations", () => {
  const manual = `${meshes}sdy.mesh @none = <[]>
func.func @main(%x: tensor<16x8xf32>, %y: tensor<8xf32>) -> tensor<16x8xf32> {
  %0 = sdy.manual_computation(%x, %y) in_shardings=[<@mesh, [{"a", "b"}, {"c"}]>, <@none, [{}]>] out_shardings=[<@mesh, [{"a"}, {}]>] manual_axes={"a", "c"} (%p: tensor<8x2xf32>, %q: tensor<8xf32>) {
    %1 = stablehlo.constant dense<1.0> : tensor<8x8xf32>
    sdy.return %1 : tensor<8x8xf32>
  } : (tensor<16x8xf32>, tensor<8xf32>) -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}`;
  test.each([
    ["none", "", ""],
    ["manual_mesh", '<@mesh, [{"a"}, {}]>]', "<@other, [{}, {}]>]"],
    ["manual_axes_mesh", 'manual_axes={"a", "c"}', 'manual_axes={"a", "c", "d"}'],
    ["manual_axes_order", '{"a", "b"}', '{"b", "a"}'],
    ["manual_axes_size", "tensor<16x8xf32>, tensor<8xf32>) ->", "tensor<16x6xf32>, tensor<8xf32>) ->"],
    ["manual_shard", "%p: tensor<8x2xf32>", "%p: tensor<8x8xf32>"],
    ["manual_shard", '<@mesh, [{"a"}, {}]>]', '<@mesh, [{}, {"a"}]>]'],
  ])("%s: %s => %s", (label, from, to) => {
    const text =
      label === "manual_axes_size" ? manual.replace("%x: tensor<16x8xf32>", "%x: tensor<16x6xf32>") : manual;
    expect(verdict(text.replace(from, to))).toBe(label);
  });
});

describe("named computations and edges", () => {
  const named = `${meshes}func.func @main(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = sdy.named_computation<"part">(%x) in_shardings=[<@mesh, [{"a"}]>] out_shardings=[<@mesh, [{}]>] (%y: tensor<8xf32>) {
    sdy.return %y : tensor<8xf32>
  } : (tensor<8xf32>) -> tensor<8xf32>
  %1 = sdy.data_flow_edge %0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}`;
  test.each([
    ["none", "", ""],
    ["sharding_count", "in_shardings=[", "in_shardings=[<@mesh, [{}]>, "],
    ["sharding_rank", "out_shardings=[<@mesh, [{}]>", "out_shardings=[<@mesh, [{}, {}]>"],
    ["sharding_mesh", "in_shardings=[<@mesh", "in_shardings=[<@nowhere"],
    ["edge_uses", "return %1", "return %0"],
    ["edge_input", "data_flow_edge %0", "func_data_flow_edge %0"],
  ])("%s: %s => %s", (label, from, to) => {
    expect(verdict(named.replace(from, to))).toBe(label);
  });

  test("an edge is of a value of known shape that no op of Shardy made", () => {
    const edge = (type: string, before = ""): string => `func.func @main(%x: ${type}) {
  ${before}%1 = sdy.data_flow_edge ${before === "" ? "%x" : "%0"} : ${type}
  return
}`;
    expect(verdict(edge("tensor<8xf32>"))).toBe("none");
    expect(verdict(edge("tensor<?xf32>"))).toBe("edge_shape");
    const barrier = "%0 = sdy.propagation_barrier %x allowed_direction=NONE : tensor<8xf32>\n  ";
    expect(verdict(edge("tensor<8xf32>", barrier))).toBe("edge_input");
  });
});
