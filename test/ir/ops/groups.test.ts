import { describe, expect, test } from "vitest";
import { findOp } from "../../../src/ir/ops/index.js";
import { resolveOperandGroups } from "../../../src/ir/ops/groups.js";

const groups = (name: string, operands: readonly string[]) => resolveOperandGroups(findOp(name)!, operands);

describe("operand groups", () => {
  test("single operands take one each", () => {
    expect(groups("stablehlo.add", ["a", "b"])).toEqual([["a"], ["b"]]);
    expect(groups("stablehlo.add", ["a"])).toBeUndefined();
    expect(groups("stablehlo.add", ["a", "b", "c"])).toBeUndefined();
  });

  test("one variadic group takes what the single ones leave", () => {
    expect(groups("stablehlo.dynamic_slice", ["x"])).toEqual([["x"], []]);
    expect(groups("stablehlo.dynamic_slice", ["x", "i", "j"])).toEqual([["x"], ["i", "j"]]);
    expect(groups("stablehlo.outfeed", ["a", "b", "t"])).toEqual([["a", "b"], ["t"]]);
    expect(groups("stablehlo.outfeed", [])).toBeUndefined();
  });

  test("two variadic groups share equally", () => {
    expect(groups("stablehlo.reduce", ["a", "b", "c", "d"])).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(groups("stablehlo.reduce", ["a", "b", "c"])).toBeUndefined();
    expect(groups("stablehlo.scatter", ["x", "y", "i", "u", "v"])).toEqual([["x", "y"], ["i"], ["u", "v"]]);
  });
});
