import { describe, expect, it } from "vitest";
import {
  axis,
  blockDiagonal,
  causalConv1d,
  input,
  linearScan,
  program,
  rmsNorm,
  rotary,
  type Tensor,
} from "../../src/dsl/index.js";
import { axesOf } from "./interface.js";
import { batch, f32, head, heads, lru, opLine, positions, time } from "./model-inputs.js";
import { traceComplaint } from "./trace.js";

const loose = <T>(value: unknown) => value as T;

describe("linearScan", () => {
  const scan = (options: { readonly reverse?: boolean } = {}) =>
    linearScan({
      x: f32("x", batch, time, lru),
      a: f32("a", batch, time, lru),
      h0: f32("h0", batch, lru),
      axis: "time",
      ...options,
    });

  it("is one op with two results", () => {
    expect(opLine(() => ({ ...scan() }), "linear_scan")).toMatchInlineSnapshot(
      `"%0:2 = "nn.linear_scan"(%arg0, %arg1, %arg2) <{axis = 1 : i64}> : (tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x4xf32>) -> (tensor<2x5x4xf32>, tensor<2x4xf32>)"`,
    );
    expect(opLine(() => ({ ...scan({ reverse: true }) }), "linear_scan")).toContain(
      "<{axis = 1 : i64, reverse}>",
    );
  });

  it("takes its operands in any order of axes, and any name for the channels", () => {
    const p = program({ name: "p" }, () => {
      const channels = axis("c", 4);
      return linearScan({
        x: f32("x", time, channels, batch),
        a: f32("a", batch, time, channels),
        h0: f32("h0", channels, batch),
        axis: "time",
      });
    });
    const [y, last] = p.results.map(({ axes }) => axes);
    expect([y, last]).toEqual([
      ["time", "c", "batch"],
      ["c", "batch"],
    ]);
  });

  it("the last state is f32 whatever x is", () => {
    const p = program({ name: "p" }, () => {
      const half = (name: string) => input(name, [batch, time, lru], "bf16");
      return linearScan({ x: half("x"), a: half("a"), h0: f32("h0", batch, lru), axis: "time" });
    });
    expect(p.results.map(({ elementType }) => elementType)).toEqual(["bf16", "f32"]);
  });

  it("a state with a time axis, sizes that differ, a state that is not f32", () => {
    const axes = traceComplaint(() => {
      const h0 = loose<Tensor<"batch" | "lru", "f32">>(f32("h0", batch, time, lru));
      return linearScan({ x: f32("x", batch, time, lru), a: f32("a", batch, time, lru), h0, axis: "time" });
    });
    expect(axes).toMatchInlineSnapshot(`
      "shape error: linearScan: h0 has other axes than it must
        expected: [batch, lru]
        got:      [batch 2, time 5, lru 4] f32
        at:       test/dsl/nn.test.ts LINE
        | return linearScan({ x: f32("x", batch, time, lru), a: f32("a", batch, time, lru), h0, axis: "time" });
        |        ^"
    `);
    const sizes = traceComplaint(() => {
      const a = f32("a", batch, axis("time", 6), lru);
      return linearScan({ x: f32("x", batch, time, lru), a, h0: f32("h0", batch, lru), axis: "time" });
    });
    expect(sizes).toMatchInlineSnapshot(`
      "shape error: linearScan: axis "time" is 5 in x and 6 in a
        at:       test/dsl/nn.test.ts LINE
        | return linearScan({ x: f32("x", batch, time, lru), a, h0: f32("h0", batch, lru), axis: "time" });
        |        ^
        x: [batch 2, time 5, lru 4] f32
        a: [batch 2, time 6, lru 4] f32
        h0: [batch 2, lru 4] f32
        hint:     if they mean different things, rename one: x.rename({ time: "..." })"
    `);
    const dtype = traceComplaint(() => {
      const h0 = loose<Tensor<"batch" | "lru", "f32">>(input("h0", [batch, lru], "bf16"));
      return linearScan({ x: f32("x", batch, time, lru), a: f32("a", batch, time, lru), h0, axis: "time" });
    });
    expect(dtype).toMatchInlineSnapshot(`
      "shape error: linearScan: h0 must hold f32
        expected: [batch 2, lru 4] f32
        got:      [batch 2, lru 4] bf16
        at:       test/dsl/nn.test.ts LINE
        | return linearScan({ x: f32("x", batch, time, lru), a: f32("a", batch, time, lru), h0, axis: "time" });
        |        ^
        hint:     convert it: x.to("f32")"
    `);
  });
});

describe("causalConv1d", () => {
  const conv = (taps: number) => {
    const tap = axis("tap", taps);
    return causalConv1d({
      x: f32("x", batch, time, lru),
      w: f32("w", lru, tap),
      bias: f32("bias", lru),
      segmentPos: positions(),
      tail: f32("tail", batch, axis("tail", 3), lru),
      axis: "time",
      taps: "tap",
    });
  };

  it("is one op with two results", () => {
    expect(opLine(() => ({ ...conv(4) }), "causal_conv1d")).toMatchInlineSnapshot(
      `"%0:2 = "nn.causal_conv1d"(%arg0, %arg1, %arg2, %arg3, %arg4) <{axis = 1 : i64}> : (tensor<2x5x4xf32>, tensor<4x4xf32>, tensor<4xf32>, tensor<2x5xi32>, tensor<2x3x4xf32>) -> (tensor<2x5x4xf32>, tensor<2x3x4xf32>)"`,
    );
  });

  it("a tail that does not fit the taps", () => {
    const message = traceComplaint(() => conv(3));
    expect(message).toMatchInlineSnapshot(`
      "verify error: nn.causal_conv1d: tail must be [2, 2, 4], got tensor<2x3x4xf32> [tail_shape]
        at:       test/dsl/nn.test.ts LINE"
    `);
  });
});

describe("blockDiagonal, rmsNorm, rotary", () => {
  it("blockDiagonal keeps the axis, whose size becomes blocks times out", () => {
    const body = () => ({
      y: blockDiagonal(f32("x", batch, time, lru), f32("w", axis("n", 2), axis("in", 2), axis("out", 3))),
    });
    expect(opLine(body, "block_diagonal_dot")).toMatchInlineSnapshot(
      `"%0 = "nn.block_diagonal_dot"(%arg0, %arg1) : (tensor<2x5x4xf32>, tensor<2x2x3xf32>) -> tensor<2x5x6xf32>"`,
    );
    expect(axesOf(program({ name: "p" }, body).results[0]!)).toEqual([batch, time, axis("lru", 6)]);
  });

  it("blocks that do not make up the axis", () => {
    const message = traceComplaint(() =>
      blockDiagonal(f32("x", batch, lru), f32("w", heads, axis("in", 2), axis("out", 3))),
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: blockDiagonal: the last axis of x must be the blocks of w times their inputs
        at:       test/dsl/nn.test.ts LINE
        | blockDiagonal(f32("x", batch, lru), f32("w", heads, axis("in", 2), axis("out", 3))),
        | ^
        x: [batch 2, lru 4] f32
        w: [heads 3, in 2, out 3] f32
        hint:     w is [blocks, in, out]"
    `);
  });

  it("rmsNorm is one op over the last axis", () => {
    expect(
      opLine(
        () => ({ y: rmsNorm(f32("x", batch, lru), f32("scale", lru), { epsilon: 1e-6, offset: 1 }) }),
        "rms_norm",
      ),
    ).toMatchInlineSnapshot(
      `"%0 = "nn.rms_norm"(%arg0, %arg1) <{epsilon = 9.99999997E-7 : f32, offset = 1.000000e+00 : f32}> : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>"`,
    );
  });

  it("rmsNorm brings the axis of its scale to the end", () => {
    const body = () => ({ y: rmsNorm(f32("x", lru, batch), f32("scale", lru), { epsilon: 1e-6 }) });
    expect(axesOf(program({ name: "p" }, body).results[0]!)).toEqual([batch, lru]);
    expect(opLine(body, "rms_norm")).toContain("offset = 0.000000e+00 : f32");
  });

  it("a scale of two axes", () => {
    const message = traceComplaint(() =>
      rmsNorm(f32("x", batch, lru), input("scale", [batch, lru], "f32"), { epsilon: 1e-6 }),
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: rmsNorm: scale must have one axis
        got:      [batch 2, lru 4] f32
        at:       test/dsl/nn.test.ts LINE
        | rmsNorm(f32("x", batch, lru), input("scale", [batch, lru], "f32"), { epsilon: 1e-6 }),
        | ^"
    `);
  });

  it("rotary takes positions along any other axes", () => {
    const rotate = (x: Tensor<"batch" | "time" | "head", "f32">, dims: number) =>
      rotary(x, positions(), { axis: "head", dims, base: 10_000 });
    expect(opLine(() => ({ y: rotate(f32("x", batch, time, head), 4) }), "rotary")).toMatchInlineSnapshot(
      `"%0 = "nn.rotary"(%arg0, %arg1) <{base = 1.000000e+04 : f32, dims = 4 : i64, position_dims = array<i64: 0, 1>}> : (tensor<2x5x4xf32>, tensor<2x5xi32>) -> tensor<2x5x4xf32>"`,
    );
    const turned = () => ({ y: rotate(f32("x", head, time, batch), 2) });
    expect(axesOf(program({ name: "p" }, turned).results[0]!)).toEqual([time, batch, head]);
    const later = () => ({
      y: rotary(f32("x", batch, heads, time, head), input("p", [time], "i32"), {
        axis: "head",
        dims: 2,
        base: 9,
      }),
    });
    expect(opLine(later, "rotary")).toContain("position_dims = array<i64: 2>");
    const dims = traceComplaint(() => rotate(f32("x", batch, time, head), 3));
    expect(dims).toMatchInlineSnapshot(`
      "verify error: nn.rotary: dims must be even and at most the last axis of tensor<2x5x4xf32>, got 3 [dims]
        at:       test/dsl/nn.test.ts LINE"
    `);
  });
});
