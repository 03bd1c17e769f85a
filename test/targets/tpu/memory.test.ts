import { describe, expect, it } from "vitest";
import type { Argument } from "../../../src/program/index.js";
import { trainingFlags } from "../../../src/targets/tpu/memory.js";

const argument = (name: string, dimensions: readonly number[], donated: boolean): Argument => ({
  name,
  role: "state",
  axes: dimensions.map(String),
  elementType: "bf16",
  dimensions,
  donated,
});
const flagsOf = (...args: readonly Argument[]) =>
  trainingFlags({ name: "main", arguments: args, results: [] });

describe("what stays in HBM of programs for a TPU", () => {
  it("of a step of training small values and what is as large as its weights, each size once", () => {
    const flags = flagsOf(
      argument("up", [7680, 2560], true),
      argument("x", [2560, 2560], true),
      argument("y", [2560, 2560], true),
      argument("bias", [2560], true),
      argument("tokens", [1, 2049], false),
    );
    expect(flags).toEqual({
      xla_tpu_msa_tensor_overrides: [
        "overrides { hlo_position_matcher { size_lte: 65536 } keep_in_default_memory {} }",
        "overrides { hlo_position_matcher { size_gte: 39321600 size_lte: 39321600 } keep_in_default_memory {} }",
        "overrides { hlo_position_matcher { size_gte: 13107200 size_lte: 13107200 } keep_in_default_memory {} }",
      ].join(" "),
    });
  });

  it("nothing of a program that keeps its weights and updates a cache", () => {
    expect(flagsOf(argument("up", [7680, 2560], false), argument("cache", [1, 2048, 256], true))).toEqual({});
  });

  it("nothing of a program without arguments", () => {
    expect(flagsOf()).toEqual({});
  });
});
