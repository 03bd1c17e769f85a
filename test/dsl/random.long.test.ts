/** @file Random numbers against jax 0.10.2's of the same keys (jax_threefry_partitionable, its default). */
import { describe, expect, test } from "vitest";
import { at, axis, type DType, input, program, random, type Tensor } from "../../src/dsl/index.js";
import { run } from "./interpret.js";
import { traceComplaint } from "./trace.js";

const [two, three, eight] = [axis("n", 2), axis("n", 3), axis("n", 8)];

type Drawn = Tensor<string, DType> | object;

/** The numbers that bodies draw from the key of 42, by name: one program, which has the rounds once for each size. */
const drawn = <K extends string>(
  body: (key: random.Key) => Readonly<Record<K, Drawn>>,
): Readonly<Record<K, readonly number[]>> =>
  run(
    program({ name: "random" }, () => body(random.key(42)) as Readonly<Record<K, Tensor<"n", "f32">>>),
    {},
  ) as Readonly<Record<K, readonly number[]>>;

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
    expect(
      drawn((key) => {
        const split = random.split(key, three);
        return { split, second: at(split, "n", 1), folded: random.foldIn(key, 7) };
      }),
    ).toEqual({
      split: [1832780943, 270669613, 64467757, 2916123636, 2465931498, 255383827],
      second: [64467757, 2916123636],
      folded: [2547012911, 1371500959],
    });
  });
});

describe("bits", () => {
  test("of 32, 8, 16 and 64", () => {
    expect(
      drawn((key) => ({
        matrix: random.bits(key, [two, axis("m", 3)]),
        one: random.bits(key, []),
        ui8: random.bits(key, [three], "ui8"),
        ui16: random.bits(key, [three], "ui16"),
        ui64: random.bits(key, [three], "ui64"),
        none: random.uniform(key, [axis("n", 0)]),
      })),
    ).toEqual({
      matrix: [2098992034, 2919706841, 2646866425, 2409546199, 1935504149, 2516274904],
      one: [2098992034],
      ui8: [162, 217, 249],
      ui16: [5026, 12505, 63993],
      ui64: [7871734211187709741n, 276886910877598708n, 10591095138341673235n].map(Number),
      none: [],
    });
  });
});

describe("floats", () => {
  test("uniform: the same bits", () => {
    expect(
      drawn((key) => ({
        f32: random.uniform(key, [three]),
        bf16: random.uniform(key, [three], "bf16"),
        f16: random.uniform(key, [three], "f16"),
        f64: random.uniform(key, [three], "f64"),
        between: random.uniform(key, [three], "f32", { min: -2, max: 5 }),
      })),
    ).toEqual({
      f32: [0.48870956897735596, 0.6797971725463867, 0.6162714958190918],
      bf16: [0.6328125, 0.84375, 0.96875],
      f16: [0.076171875, 0.1904296875, 0.9755859375],
      f64: [0.4267275666499091, 0.015010069515314584, 0.5741444178995352],
      between: near([1.4209669828414917, 2.758580207824707, 2.3139004707336426]),
    });
  });

  test("of other distributions", () => {
    expect(
      drawn((key) => ({
        normal: random.normal(key, [three]),
        bf16: random.normal(key, [three], "bf16"),
        f64: random.normal(key, [three], "f64"),
        gumbel: random.gumbel(key, [three]),
        exponential: random.exponential(key, [three]),
      })),
    ).toEqual({
      normal: near([-0.02830461598932743, 0.4671318531036377, 0.2957029640674591]),
      bf16: [0.34375, 1.015625, 1.890625],
      f64: near([-0.18471174528191162, -2.169824560397754, 0.18693555179382582], 1e-12),
      gumbel: near([0.3340933918952942, 0.952019453048706, 0.7255305647850037]),
      exponential: near([0.670817494392395, 1.1388006210327148, 0.9578199982643127]),
    });
  });
});

test("bernoulli", () => {
  expect(drawn((key) => ({ y: random.bernoulli(key, 0.3, [eight]) })).y).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
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
  expect(
    drawn((key) => ({
      small: random.integers(key, [three], { min: -5, max: 100 }),
      large: random.integers(key, [three], { min: 0, max: 2 ** 31 - 1 }),
    })),
  ).toEqual({ small: [94, 49, 76], large: [977810629, 1236381715, 780371127] });
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

describe("orders", () => {
  test("permutation: as jax.random.permutation(key, n)", () => {
    const order = (seed: number, size: number) =>
      run(
        program({ name: "order" }, () => ({ n: random.permutation(random.key(seed), axis("n", size)) })),
        {},
      ).n;
    expect(order(0, 10)).toEqual([0, 1, 8, 5, 6, 4, 3, 2, 7, 9]);
    expect(order(7, 1)).toEqual([0]);
    expect(order(42, 17)).toEqual([7, 4, 16, 2, 5, 3, 6, 10, 11, 15, 8, 9, 13, 14, 0, 1, 12]);
  });

  test("shuffle: as jax.random.permutation(key, x, axis), the axes where they were", () => {
    const shuffled = program({ name: "shuffled" }, () => {
      const x = input("x", [axis("row", 3), axis("column", 4)], "f32");
      const columns = random.shuffle(random.key(5), x, "column");
      expect(columns.axes.map(({ name }) => name)).toEqual(["row", "column"]);
      return { columns, rows: random.shuffle(random.key(5), x, "row") };
    });
    expect(run(shuffled, { x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] })).toEqual({
      columns: [0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11],
      rows: [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7],
    });
  });

  test("shuffle of an axis that is not there is an error", () => {
    const x = (name: string) => () => ({
      y: random.shuffle(random.key(0), input("x", [two], "f32"), name as "n"),
    });
    expect(traceComplaint(x("m"))).toContain('random.shuffle: there is no axis "m"');
  });
});
