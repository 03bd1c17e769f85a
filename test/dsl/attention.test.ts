import { describe, expect, it } from "vitest";
import { attention, axis, input, kvCacheUpdate, program } from "../../src/dsl/index.js";
import { axesOf } from "./interface.js";
import { batch, f32, head, heads, opLine, positions, time, window } from "./model-inputs.js";
import { traceComplaint } from "./trace.js";

describe("attention and kvCacheUpdate", () => {
  const attended = (more: object = {}) =>
    attention({
      q: f32("q", batch, time, heads, head),
      k: f32("k", batch, time, head),
      v: f32("v", batch, time, head),
      segmentPos: positions(),
      cache: {
        kind: "ring",
        keys: f32("keys", batch, window, head),
        values: f32("values", batch, window, head),
      },
      numTokens: input("n", [batch], "i32"),
      axes: { time: "time", slots: "window", channels: "head" },
      scale: 0.5,
      ...more,
    });

  it("are one op each", () => {
    expect(opLine(() => ({ y: attended() }), "attention")).toMatchInlineSnapshot(
      `"%0 = "nn.attention"(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5, %arg6) <{scale = 5.000000e-01 : f32}> : (tensor<2x5x3x4xf32>, tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x5xi32>, tensor<2x8x4xf32>, tensor<2x8x4xf32>, tensor<2xi32>) -> tensor<2x5x3x4xf32>"`,
    );
    const update = () => ({
      y: kvCacheUpdate(f32("ring", window, head, batch), f32("rows", batch, time, head), positions()),
    });
    expect(opLine(update, "kv_cache_update")).toMatchInlineSnapshot(
      `"%1 = "nn.kv_cache_update"(%0, %arg1, %arg2) : (tensor<2x8x4xf32>, tensor<2x5x4xf32>, tensor<2x5xi32>) -> tensor<2x8x4xf32>"`,
    );
  });

  it("heads of keys that q has by name stand before its other heads", () => {
    const [groups, each] = [axis("groups", 2), axis("each", 3)];
    const body = () => ({
      y: attention({
        q: f32("q", batch, time, each, groups, head),
        k: f32("k", batch, time, groups, head),
        v: f32("v", batch, time, groups, head),
        segmentPos: positions(),
        cache: {
          kind: "ring",
          keys: f32("keys", batch, window, groups, head),
          values: f32("values", batch, window, groups, head),
        },
        numTokens: input("n", [batch], "i32"),
        axes: { time: "time", slots: "window", channels: "head" },
        scale: 0.5,
      }),
    });
    expect(opLine(body, "attention")).toContain(
      "(tensor<2x5x6x4xf32>, tensor<2x5x2x4xf32>, tensor<2x5x2x4xf32>",
    );
    expect(axesOf(program({ name: "p" }, body).results[0]!)).toEqual([batch, time, groups, each, head]);
  });

  it("heads of one name are one axis: of another size they are refused, not grouped", () => {
    const [queries, groups] = [axis("g", 4), axis("g", 2)];
    const message = traceComplaint(() =>
      attended({
        q: f32("q4", batch, time, queries, head),
        k: f32("k2", batch, time, groups, head),
        v: f32("v2", batch, time, groups, head),
        cache: {
          kind: "ring",
          keys: f32("keys2", batch, window, groups, head),
          values: f32("values2", batch, window, groups, head),
        },
      }),
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: attention: axis "g" is 4 in q and 2 in k
        at:       test/dsl/attention.test.ts LINE
        | attention({
        | ^
        q: [batch 2, time 5, g 4, head 4] f32
        k: [batch 2, time 5, g 2, head 4] f32
        v: [batch 2, time 5, g 2, head 4] f32
        segmentPos: [batch 2, time 5] i32
        cache.keys: [batch 2, window 8, g 2, head 4] f32
        cache.values: [batch 2, window 8, g 2, head 4] f32
        numTokens: [batch 2] i32
        hint:     if they mean different things, rename one: x.rename({ g: "..." })"
    `);
  });

  it("axes may be called heads, whatever they are", () => {
    const sequences = axis("heads", 2);
    const body = () => ({
      y: attention({
        q: f32("q", sequences, time, axis("a", 2), axis("heads_0", 3), head),
        k: f32("k", sequences, time, head),
        v: f32("v", sequences, time, head),
        segmentPos: input("position", [sequences, time], "i32"),
        cache: {
          kind: "ring",
          keys: f32("keys", sequences, window, head),
          values: f32("values", sequences, window, head),
        },
        numTokens: input("n", [sequences], "i32"),
        axes: { time: "time", slots: "window", channels: "head" },
        scale: 0.5,
      }),
    });
    expect(opLine(body, "attention")).toContain("(tensor<2x5x6x4xf32>, tensor<2x5x4xf32>");
    expect(axesOf(program({ name: "p" }, body).results[0]!)).toEqual([
      sequences,
      time,
      axis("a", 2),
      axis("heads_0", 3),
      head,
    ]);
  });

  it("without a cache: nothing came before, and a window or everything is seen", () => {
    const bare = (more: object) => () => ({
      y: attention({
        q: f32("q", batch, time, heads, head),
        k: f32("k", batch, time, head),
        v: f32("v", batch, time, head),
        segmentPos: positions(),
        axes: { time: "time", channels: "head" },
        scale: 0.5,
        ...more,
      }),
    });
    expect(opLine(bare({ window: 2 }), "attention")).toContain(
      "<{scale = 5.000000e-01 : f32}> : (tensor<2x5x3x4xf32>, tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x5xi32>, tensor<2x2x4xf32>",
    );
    expect(opLine(bare({ softCap: 2 }), "attention")).toContain(
      "<{growing, scale = 5.000000e-01 : f32, soft_cap = 2.000000e+00 : f32}>",
    );
    expect(traceComplaint(bare({ window: 1.5 }))).toContain(
      "shape error: attention: 1.5 is no window\n  expected: a whole number of tokens, 1 or more\n  got:      1.5\n",
    );
    expect(traceComplaint(bare({ softCap: 0 }))).toContain(
      "shape error: attention: 0 is no softCap\n  expected: a number above 0\n  got:      0\n",
    );
  });

  it("a cache says itself how many tokens are seen, and comes with the number of those it holds", () => {
    const complaint = (more: object) => traceComplaint(() => ({ y: attended(more) })).split("\n  at:")[0];
    expect(complaint({ window: 4 })).toBe(
      `shape error: attention takes a cache or a window, not both
  expected: of a ring as many slots as tokens are seen before each one's own; a growing cache shows all
  got:      a ring cache, and window 4`,
    );
    expect(complaint({ numTokens: undefined })).toBe(
      `shape error: attention takes a cache and numTokens together
  expected: cache: { keys, values, kind } and numTokens: the tokens of each document that came before, i32
  got:      a cache without numTokens`,
    );
    expect(complaint({ cache: undefined })).toContain("got:      numTokens without a cache");
  });

  it("keys that have heads, values that have none", () => {
    const message = traceComplaint(() => attended({ k: f32("other", batch, time, heads, head) }));
    expect(message).toMatchInlineSnapshot(`
      "shape error: attention: v has other axes than it must
        expected: [batch, time, heads, head]
        got:      [batch 2, time 5, head 4] f32
        at:       test/dsl/attention.test.ts LINE
        | attention({
        | ^"
    `);
  });

  it("one number of tokens for all rows", () => {
    const message = traceComplaint(() => attended({ numTokens: input("other", [], "i32") }));
    expect(message).toMatchInlineSnapshot(`
      "shape error: attention: numTokens must have one axis
        got:      [] i32
        at:       test/dsl/attention.test.ts LINE
        | attention({
        | ^"
    `);
  });

  it("values of another size than the keys", () => {
    const message = traceComplaint(() => attended({ v: f32("other", batch, time, axis("head", 6)) }));
    expect(message).toMatchInlineSnapshot(`
      "shape error: attention: axis "head" is 4 in q and 6 in v
        at:       test/dsl/attention.test.ts LINE
        | attention({
        | ^
        q: [batch 2, time 5, heads 3, head 4] f32
        k: [batch 2, time 5, head 4] f32
        v: [batch 2, time 5, head 6] f32
        segmentPos: [batch 2, time 5] i32
        cache.keys: [batch 2, window 8, head 4] f32
        cache.values: [batch 2, window 8, head 4] f32
        numTokens: [batch 2] i32
        hint:     if they mean different things, rename one: x.rename({ head: "..." })"
    `);
  });
});
