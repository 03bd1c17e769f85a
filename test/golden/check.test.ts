import { describe, expect, test } from "vitest";
import { checkCase } from "../../src/golden/check.js";
import { formatReport } from "../../src/golden/index.js";
import { errorText } from "../weights/files.js";
import { computed, f32, memoryCase } from "./cases.js";

const ALL = ["logits", "layers.0.output", "generated_logits", "generated"];

describe("f32", () => {
  test("the reference's own numbers pass", () => {
    const golden = memoryCase();
    const report = checkCase(golden, computed(golden, ALL), "f32");
    expect(report.passed).toBe(true);
    expect(report.tensors.map(({ name, max, bound, passed }) => [name, max, bound, passed])).toEqual([
      ["logits", 0, 0.1, true],
      ["layers.0.output", 0, 0.4, true],
      ["generated_logits", 0, 0.4, true],
    ]);
    expect(report.tokens).toEqual({ count: 4, identical: 4, differences: [], passed: true });
  });

  test.each([
    ["logits", 4, 5.09, true],
    ["logits", 4, 5.11, false],
    ["logits", 4, Number.NaN, false],
    ["layers.0.output", 3, 40.39, true],
    ["layers.0.output", 3, 40.41, false],
    ["generated_logits", 2, 0.61, true],
    ["generated_logits", 2, 0.59, false],
  ])("%s[%d] = %d passes: %s", (name, position, value, passed) => {
    const golden = memoryCase();
    const numbers = computed(golden, ALL, { [name]: { [position]: value } });
    const report = checkCase(golden, numbers, "f32");
    expect(report.passed).toBe(passed);
    expect(report.tensors.filter((tensor) => !tensor.passed).map((tensor) => tensor.name)).toEqual(
      passed ? [] : [name],
    );
  });

  test("padding does not count, whatever was computed there", () => {
    const golden = memoryCase();
    const garbage = { logits: { 6: 99, 7: Number.NaN }, "layers.0.output": { 2: 1e9 } };
    expect(checkCase(golden, computed(golden, ALL, garbage), "f32").passed).toBe(true);
  });

  test("another token is forgiven only where the reference nearly ties", () => {
    const golden = memoryCase();
    const tie = { row: 0, step: 1, expected: 0, got: 1, nearTie: true };
    const forgiven = checkCase(golden, computed(golden, ALL, { generated: { 1: 1 } }), "f32");
    expect(forgiven.tokens).toMatchObject({ identical: 3, differences: [tie], passed: true });
    expect(forgiven.tokens!.differences[0]!.gap).toBeCloseTo(0.05, 6);
    const wrong = checkCase(golden, computed(golden, ALL, { generated: { 2: 1 } }), "f32");
    const difference = { row: 1, step: 0, expected: 0, got: 1, gap: 1, nearTie: false };
    expect(wrong.tokens).toEqual({ count: 4, identical: 3, differences: [difference], passed: false });
    expect(wrong.passed).toBe(false);
  });

  test("tokens are taken from the logits when they are not given", () => {
    const golden = memoryCase();
    const names = ["logits", "generated_logits"];
    expect(checkCase(golden, computed(golden, names), "f32").tokens).toMatchObject({ identical: 4 });
    const changed = computed(golden, names, { generated_logits: { 1: 9.01 } });
    expect(checkCase(golden, changed, "f32").tokens!.differences).toMatchObject([
      { row: 0, step: 1, expected: 0, got: 1, nearTie: true },
    ]);
  });

  test("of a selection of columns no token and no tie can be told", () => {
    const golden = { ...memoryCase(), logitsColumns: Int32Array.of(0, 5, 9) };
    expect(checkCase(golden, computed(golden, ["logits", "generated_logits"]), "f32").tokens).toBeUndefined();
    const report = checkCase(golden, computed(golden, ALL, { generated: { 1: 1 } }), "f32");
    expect(report.tokens).toMatchObject({ passed: false, differences: [{ gap: undefined, nearTie: false }] });
  });

  test("a probe of any name is judged; the rows of one that has no axis of tokens all count", () => {
    const golden = memoryCase({
      "after the first": f32([2, 2, 1], [1, 2, 3, 4]),
      summary: f32([2, 3], [1, 2, 3, 4, 5, 6]),
    });
    const names = ["logits", "after the first", "summary"];
    const changes = { "after the first": { 2: 99, 3: 4.5 }, summary: { 5: 6.25 } };
    const report = checkCase(golden, computed(golden, names, changes), "f32");
    expect(
      report.tensors.map(({ name, rule, count, max, passed }) => [name, rule, count, max, passed]),
    ).toEqual([
      ["logits", "max", 9, 0, true],
      ["after the first", "max", 3, 0.5, false],
      ["summary", "max", 6, 0.25, true],
    ]);
  });
});

describe("bf16", () => {
  test("judged by the rms of the logits alone, the reference's own bf16 beside it", () => {
    const golden = memoryCase({ "logits.bf16": f32([2, 2, 3], [1, 2, 3, 4, 5, 7, 7, 8, 9, 3, 2, 1]) });
    const one = checkCase(golden, computed(golden, ALL, { logits: { 4: 6.4 }, generated: { 2: 1 } }), "bf16");
    expect(one.tensors.map(({ name, rule, bound, passed }) => [name, rule, bound, passed])).toEqual([
      ["logits", "rms", 0.5, true],
      ["logits.bf16", "none", undefined, true],
      ["layers.0.output", "none", undefined, true],
      ["generated_logits", "none", undefined, true],
    ]);
    expect(one.tensors[0]!.rms).toBeCloseTo(1.4 / 3, 5);
    expect(one).toMatchObject({ passed: true, tokens: undefined, tolerance: 0.5 });
    expect(checkCase(golden, computed(golden, ALL, { logits: { 4: 6.6 } }), "bf16").passed).toBe(false);
  });

  test("a case without a bound for it says so", async () => {
    const { toleranceBf16: _, ...golden } = memoryCase();
    expect(await errorText(() => checkCase(golden, computed(golden, ALL), "bf16"))).toBe(
      "golden error: the case has no tolerance for bf16\n  at:       cases/small",
    );
  });
});

test("the lines for people", () => {
  const golden = memoryCase();
  const changes = { logits: { 4: 5.25, 5: 6.0625 }, generated: { 1: 1, 2: 1 } };
  const report = checkCase(golden, computed(golden, ALL, changes), "f32");
  expect(formatReport(report).join("\n")).toMatchInlineSnapshot(`
    "small (f32)
      tensor               max    mean     rms  p50     p90     p99   p99.9       bound   close        worst
      logits            2.5e-1  3.5e-2  8.6e-2    0  2.5e-1  2.5e-1  2.5e-1  max 1.0e-1  88.88%  FAIL  [0,1,1] 5.25 for 5
      layers.0.output        0       0       0    0       0       0       0  max 4.0e-1    100%  ok
      generated_logits       0       0       0    0       0       0       0  max 4.0e-1    100%  ok
      greedy tokens: 2 of 4 identical, 1 where the reference nearly ties  FAIL
        row 0, step 1: 1 for 0, the reference's two best 5.0e-2 apart
        row 1, step 0: 1 for 0, the reference's two best 1.0e+0 apart
      tolerance 1.0e-1: chosen for the test
      FAILED"
  `);
});

test("numbers of another case are refused", async () => {
  const golden = memoryCase();
  const short = new Map([["logits", new Float32Array(3)]]);
  expect(await errorText(() => checkCase(golden, short, "f32"))).toBe(
    [
      "golden error: logits: computed in another size",
      "  expected: 12 elements, [2, 2, 3]",
      "  got:      3 elements",
      "  at:       cases/small",
    ].join("\n"),
  );
  const unknown = computed(golden, ["logits"]).set("layers.7.output", new Float32Array(4));
  expect(await errorText(() => checkCase(golden, unknown, "f32"))).toBe(
    "golden error: layers.7.output: the case has no such f32 tensor\n  at:       cases/small",
  );
  expect(await errorText(() => checkCase(golden, new Map(), "f32"))).toBe(
    "golden error: no logits were computed\n  at:       cases/small",
  );
});
