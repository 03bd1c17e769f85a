/** @file Random numbers against jax 0.10.2's of the same keys (jax_threefry_partitionable, its default). */
import { describe, expect, test } from "vitest";
import { at, axis, type DType, input, program, random, type Tensor } from "../../src/dsl/index.js";
import { run } from "./interpret.js";
import { traceComplaint } from "./trace.js";

const [two, three, four, six, eight] = [axis("n", 2), axis("n", 3), axis("n", 4), axis("n", 6), axis("n", 8)];

/** The numbers that a body draws from the key of 42. */
const drawn = (body: (key: random.Key) => Tensor<string, DType> | object): readonly number[] =>
  run(
    program({ name: "random" }, () => ({ y: body(random.key(42)) as Tensor<"n", "f32"> })),
    {},
  ).y!;

/** Off by the rounding of a few products. */
const near = (expected: readonly number[], tolerance = 1e-6) =>
  expected.map((number) => expect.closeTo(number, -Math.log10(2 * tolerance)));

describe("keys", () => {
  test("of seeds: high word, low word", () => {
    const words = (seed: number | bigint) =>
      run(
        program({ name: "key" }, () => ({ key: random.key(seed) })),
        {},
      ).key!.map((word) => word >>> 0);
    expect(words(42)).toEqual([0, 42]);
    expect(words(2 ** 31 + 5)).toEqual([0, 2147483653]);
    expect(words(2 ** 40 + 3)).toEqual([256, 3]);
    expect(words(2n ** 64n - 1n)).toEqual([4294967295, 4294967295]);
  });

  test("of a seed that comes in", () => {
    const seeded = program({ name: "key" }, () => ({ key: random.key(input("seed", [], "ui32")) }));
    expect(run(seeded, { seed: [42] }).key).toEqual([0, 42]);
  });

  test("split, and folded with a number", () => {
    expect(drawn((key) => random.split(key, three))).toEqual([
      1832780943, 270669613, 64467757, 2916123636, 2465931498, 255383827,
    ]);
    expect(drawn((key) => random.foldIn(key, 7))).toEqual([2547012911, 1371500959]);
    expect(drawn((key) => at(random.split(key, three), "n", 1))).toEqual([64467757, 2916123636]);
  });
});

describe("bits", () => {
  test("of 32, 8, 16 and 64", () => {
    expect(drawn((key) => random.bits(key, [two, axis("m", 3)]))).toEqual([
      2098992034, 2919706841, 2646866425, 2409546199, 1935504149, 2516274904,
    ]);
    expect(drawn((key) => random.bits(key, []))).toEqual([2098992034]);
    expect(drawn((key) => random.bits(key, [three], "ui8"))).toEqual([162, 217, 249]);
    expect(drawn((key) => random.bits(key, [three], "ui16"))).toEqual([5026, 12505, 63993]);
    expect(drawn((key) => random.bits(key, [three], "ui64"))).toEqual(
      [7871734211187709741n, 276886910877598708n, 10591095138341673235n].map(Number),
    );
  });

  test("are none of an empty axis", () => {
    expect(drawn((key) => random.uniform(key, [axis("n", 0)]))).toEqual([]);
  });
});

describe("floats", () => {
  test("uniform: the same bits", () => {
    expect(drawn((key) => random.uniform(key, [four]))).toEqual([
      0.48870956897735596, 0.6797971725463867, 0.6162714958190918, 0.5610160827636719,
    ]);
    expect(drawn((key) => random.uniform(key, [four], "bf16"))).toEqual([
      0.6328125, 0.84375, 0.96875, 0.8359375,
    ]);
    expect(drawn((key) => random.uniform(key, [four], "f16"))).toEqual([
      0.076171875, 0.1904296875, 0.9755859375, 0.7568359375,
    ]);
    expect(drawn((key) => random.uniform(key, [three], "f64"))).toEqual([
      0.4267275666499091, 0.015010069515314584, 0.5741444178995352,
    ]);
  });

  test("uniform between two numbers", () => {
    expect(drawn((key) => random.uniform(key, [three], "f32", { min: -2, max: 5 }))).toEqual(
      near([1.4209669828414917, 2.758580207824707, 2.3139004707336426]),
    );
  });

  test("normal", () => {
    expect(drawn((key) => random.normal(key, [four]))).toEqual(
      near([-0.02830461598932743, 0.4671318531036377, 0.2957029640674591, 0.15354591608047485]),
    );
    expect(drawn((key) => random.normal(key, [four], "bf16"))).toEqual([
      0.34375, 1.015625, 1.890625, 0.984375,
    ]);
    expect(drawn((key) => random.normal(key, [three], "f64"))).toEqual(
      near([-0.18471174528191162, -2.169824560397754, 0.18693555179382582], 1e-12),
    );
  });

  test("gumbel and exponential", () => {
    expect(drawn((key) => random.gumbel(key, [four]))).toEqual(
      near([0.3340933918952942, 0.952019453048706, 0.7255305647850037, 0.5481715202331543]),
    );
    expect(drawn((key) => random.exponential(key, [four]))).toEqual(
      near([0.670817494392395, 1.1388006210327148, 0.9578199982643127, 0.8232924938201904]),
    );
  });
});

test("bernoulli", () => {
  expect(drawn((key) => random.bernoulli(key, 0.3, [eight]))).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
});

test("categorical, along any axis", () => {
  const [row, column] = [axis("row", 3), axis("column", 4)];
  const logits = Array.from({ length: 12 }, (_, i) => Math.log(i + 1));
  const chosen = program({ name: "categorical" }, () => {
    const given = input("logits", [row, column], "f32");
    const key = random.key(42);
    return { columns: random.categorical(key, given, "column"), rows: random.categorical(key, given, "row") };
  });
  expect(run(chosen, { logits })).toEqual({ columns: [3, 3, 3], rows: [2, 2, 2, 2] });
});

test("integers of a range", () => {
  expect(drawn((key) => random.integers(key, [six], { min: -5, max: 100 }))).toEqual([
    94, 49, 76, -1, 84, 19,
  ]);
  expect(drawn((key) => random.integers(key, [four], { min: 0, max: 2 ** 31 - 1 }))).toEqual([
    977810629, 1236381715, 780371127, 1127988417,
  ]);
});

describe("what is refused", () => {
  test.each([
    ["a seed that is no whole number", () => random.key(0.5), "random.key: 0.5 is no seed"],
    ["a seed below 0", () => random.key(-1), "random.key: -1 is no seed"],
    [
      "a key that is none",
      () => random.uniform(input("x", [two], "ui32") as never, []),
      "random.bits: this is no key",
    ],
    [
      "several keys",
      () => random.uniform(random.split(random.key(0), two) as never, []),
      "random.bits: this is no key",
    ],
    [
      "a range without numbers",
      () => random.integers(random.key(0), [], { min: 3, max: 3 }),
      "random.integers: no i32 is in the range",
    ],
  ])("%s", (_, body, message) => {
    expect(traceComplaint(() => ({ y: body() }))).toContain(message);
  });
});
