/** Shardy's attributes and ops: every spelling of an attribute is the same attribute. */
import { describe, expect, test } from "vitest";
import { parseAttribute, parseModule, printModule } from "../../../src/ir/text/index.js";
import { formatAttribute } from "../../../src/ir/text/print-attributes.js";

describe("an attribute in another spelling", () => {
  test.each([
    [
      '#sdy.sharding<@m,[{"x","y":(1)2,?}p1,{}],replicated={"z"}>',
      '#sdy.sharding<@m, [{"x", "y":(1)2, ?}p1, {}], replicated={"z"}>',
    ],
    [
      '#sdy.sharding<@m, [], unreduced={"w"}, replicated={"x"}>',
      '#sdy.sharding<@m, [], replicated={"x"}, unreduced={"w"}>',
    ],
    ['#sdy.sharding<@m, [#sdy<dimension_sharding{"x"}>]>', '#sdy.sharding<@m, [{"x"}]>'],
    [
      "#sdy.sharding_per_value<[#sdy.sharding<@m, [{?}]>, <@m, []>]>",
      "#sdy.sharding_per_value<[<@m, [{?}]>, <@m, []>]>",
    ],
    ["#sdy<sharding<@m, []>>", "#sdy.sharding<@m, []>"],
    ['#sdy.mesh<[#sdy<mesh_axis"x"=2>],device_ids=[1,0]>', '#sdy.mesh<["x"=2], device_ids=[1, 0]>'],
    ['#sdy<manual_axes{ "x" }>', '#sdy<manual_axes{"x"}>'],
    ["#sdy.op_sharding_rule<([i],[z_2])->([]){i=2}>", "#sdy.op_sharding_rule<([i], [z_2])->([]) {i=2}>"],
    ['#sdy.propagation_edges<"kept">', '#sdy.propagation_edges<"kept">'],
  ])("%s", (text, expected) => {
    expect(formatAttribute(parseAttribute(text))).toBe(expected);
  });

  test("by an alias", () => {
    const text =
      '#s = #sdy.sharding<@m, [{"x"}]>\nfunc.func private @f(tensor<2xf32> {a.b = #sdy.sharding_per_value<[#s]>})';
    expect(printModule(parseModule(text))).toContain('{a.b = #sdy.sharding_per_value<[<@m, [{"x"}]>]>}');
  });
});

describe("is refused", () => {
  test.each([
    ['#sdy.sharding<@m, [{"x"}q1]>', "a priority such as p1"],
    ['#sdy.sharding<@m, [{"x"}p01]>', "a priority such as p1"],
    ['#sdy.sharding<@m, [{"x"}p9007199254740993]>', "a priority must be less than 2^52"],
    ['#sdy.sharding<@m, [{?, "x"}]>', '"}"'],
    ['#sdy.sharding<@m, [{}], closed={"x"}>', "replicated or unreduced axes"],
    ['#sdy.sharding<@m, [#sdy<mesh_axis"x"=2>]>', "expected an attribute #sdy.dimension_sharding"],
    ["#sdy.op_sharding_rule<([a])->([i]) {i=2}>", "factors such as i, ij or z_1"],
    ["#sdy.op_sharding_rule<([i])->([i]) {j=2}>", "the sizes of factors stand in order: i is next"],
  ])("%s", (text, message) => {
    expect(() => parseAttribute(text)).toThrow(message);
  });
});
