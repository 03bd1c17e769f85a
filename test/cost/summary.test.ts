import { describe, expect, test } from "vitest";
import { findChip, groupCosts, roofline, sumCosts, topInstructions } from "../../src/cost/index.js";
import { scopeOf } from "../../src/cost/scope.js";
import { countText } from "./hlo.js";

const cycles = (count: number) => `backend_config={"window_config":{"estimated_cycles":"${count}"}}`;
const cost = countText(`
  %a = f32[1000]{0} parameter(0)
  %c = (f32[1000]{0:S(1)}, f32[1000]{0}, u32[]{:S(2)}) copy-start(%a)
  %d = f32[1000]{0:S(1)} copy-done(%c)
  %m = f32[1000]{0} multiply(%d, %a), metadata={op_name="layers.0/mlp/up"}, ${cycles(30)}
  %n = f32[1000]{0} negate(%m), metadata={op_name="layers.1/mlp/up"}, ${cycles(40)}
  %s = f32[10]{0} slice(%n), slice={[0:10]}, metadata={op_name="head"}
  ROOT %e = f32[10]{0} exponential(%s), ${cycles(50)}`);

describe("costs added up", () => {
  test("of a whole program; what has no estimate is said apart, unless it runs beside the rest", () => {
    expect(sumCosts(cost.instructions)).toEqual({
      instructions: 5,
      read: { hbm: 4000 + 4000 + 4000 + 40 + 40, chip: 4000, host: 0 },
      written: { hbm: 4000 + 4000 + 40 + 40, chip: 4000, host: 0 },
      flops: 0,
      cycles: 120,
      unestimated: { instructions: 1, hbmBytes: 80 },
    });
  });

  test("by scope, layers of a kind together, the costliest first", () => {
    expect(
      groupCosts(cost, { by: "scope" }).map(({ name, cycles, instructions }) => [name, cycles, instructions]),
    ).toEqual([
      ["layers.*/mlp/up", 70, 3],
      ["", 50, 1],
      ["head", undefined, 1],
    ]);
  });

  test("by scope to another depth, and each layer by itself", () => {
    const names = (options: Parameters<typeof groupCosts>[1]) =>
      groupCosts(cost, options).map(({ name }) => name);
    expect(names({ by: "scope", depth: 1 })).toEqual(["layers.*", "", "head"]);
    expect(names({ by: "layer", depth: 2 })).toEqual(["", "layers.1/mlp", "layers.0/mlp", "head"]);
  });

  test("shares are of cycles, of times where a chip is known, and of bytes where nothing estimates cycles; they add up to all", () => {
    const shares = (of: typeof cost, chip?: ReturnType<typeof findChip>) =>
      groupCosts(of, { by: "scope", chip }).map(({ name, share, time }) => [name, share, time?.bound]);
    expect(shares(cost)).toEqual([
      ["layers.*/mlp/up", 70 / 120, undefined],
      ["", 50 / 120, undefined],
      ["head", 0, undefined],
    ]);
    const v5e = findChip("v5e");
    const times = [70 / v5e.clock!, 50 / v5e.clock!, 80 / v5e.bytesPerSecond];
    const total = times[0]! + times[1]! + times[2]!;
    expect(shares(cost, v5e)).toEqual([
      ["layers.*/mlp/up", times[0]! / total, "cycles"],
      ["", times[1]! / total, "cycles"],
      ["head", times[2]! / total, "HBM"],
    ]);
    const bytes = {
      ...cost,
      instructions: cost.instructions.map((each) => ({ ...each, cycles: undefined })),
    };
    expect(shares(bytes)).toEqual([
      ["layers.*/mlp/up", 20000 / 20160, undefined],
      ["head", 80 / 20160, undefined],
      ["", 80 / 20160, undefined],
    ]);
    expect(shares({ ...cost, instructions: [] })).toEqual([]);
  });

  test("by opcode", () => {
    expect(groupCosts(cost, { by: "op" }).map(({ name, read }) => [name, read.hbm])).toEqual([
      ["exponential", 40],
      ["negate", 4000],
      ["multiply", 4000],
      ["copy-start", 4000],
      ["slice", 40],
    ]);
  });

  test("the costliest instructions: by cycles, then by bytes", () => {
    expect(topInstructions(cost, 4).map(({ name }) => name)).toEqual(["e", "n", "m", "c"]);
  });
});

test.each([
  ["layers.11/temporal_block/rg_lru", "layers.*/temporal_block/rg_lru"],
  ["layers.2", "layers.*"],
  ["final_norm", "final_norm"],
  [
    "jit(apply)/Griffin/checkpoint/blocks.2/mlp_block/ffw_up/...td,cdD->c...tD/dot_general",
    "blocks.*/mlp_block/ffw_up",
  ],
  ["jit(apply)/Griffin/embedder.decode/dot_general", "embedder.decode"],
  ["jit(f)/while/body/eval_jaxpr/add", ""],
  ["jit(f)/mul", ""],
  ["variables['params']['blocks.2']['mlp_block']['ffw_up']['w']", "blocks.*/mlp_block/ffw_up"],
  ["jit(f)/Net_3/Dense_0/dot_general", "Dense_*"],
  ["net.py:17", "net.py:17"],
  ["", ""],
])("the path %j is of scope %j", (path, scope) => {
  expect(scopeOf(path, { together: true })).toBe(scope);
});

describe("the least time", () => {
  const sum = (cycles: number | undefined, hbm: number, flops: number) => ({
    ...sumCosts([]),
    cycles,
    flops,
    read: { hbm, chip: 0, host: 0 },
  });

  test.each([
    [
      "by cycles",
      "v5e",
      sum(3e6, 819e6, 0),
      { seconds: 0.002, bound: "cycles", cycles: 0.002, hbm: 0.001, flops: 0 },
    ],
    [
      "by HBM",
      "v5e",
      sum(1.5e6, 1638e6, 0),
      { seconds: 0.002, bound: "HBM", cycles: 0.001, hbm: 0.002, flops: 0 },
    ],
    [
      "by products",
      "v5e",
      sum(0, 0, 197e9),
      { seconds: 0.001, bound: "flops", cycles: 0, hbm: 0, flops: 0.001 },
    ],
    [
      "without estimates",
      "v5e",
      sum(undefined, 819e6, 0),
      { seconds: 0.001, bound: "HBM", cycles: undefined, hbm: 0.001, flops: 0 },
    ],
    [
      "on a chip whose clock is not known",
      "v6e",
      sum(1e6, 1638e6, 0),
      { seconds: 0.001, bound: "HBM", cycles: undefined, hbm: 0.001, flops: 0 },
    ],
    [
      "on one of a chip's two devices",
      "v4",
      sum(1.05e6, 1228e6, 275e9),
      { seconds: 0.002, bound: "HBM", cycles: 0.001, hbm: 0.002, flops: 0.002 },
    ],
  ])("%s", (_what, chip, total, expected) => {
    expect(roofline(total, findChip(chip))).toEqual(expected);
  });
});

describe("chips", () => {
  test.each(["v5e", "v5e:2x2", "tpu:v5e:2x2"])("%s is found", (name) => {
    expect(findChip(name)).toMatchObject({
      name: "v5e",
      bytesPerSecond: 819e9,
      flopsPerSecond: 197e12,
      clock: 1.5e9,
    });
  });

  test.each([
    ["v4", 2],
    ["tpu:v4:2x2x1", 2],
    ["tpu:v4:2x2x1:megacore", 1],
  ])("%s is %d devices a chip", (name, devices) => {
    expect(findChip(name).devices).toBe(devices);
  });

  test("another one is not", () => {
    expect(() => findChip("tpu:v5x:2x2")).toThrow(
      'usage error: the figures of chip "v5x" are not known\n  expected: v4, v5e, v5p, v6e\n  hint:     did you mean',
    );
  });
});
