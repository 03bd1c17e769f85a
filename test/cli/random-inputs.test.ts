import { expect, test } from "vitest";
import { withRandom } from "../../src/cli/random-inputs.js";
import { numbersOf } from "../../src/engine/index.js";
import { DYNAMIC, type ElementType, tensorType } from "../../src/ir/types.js";

const wanted = (...types: readonly (readonly [ElementType, readonly number[]])[]) =>
  types.map(([element, shape], i) => ({ name: `${i}`, type: tensorType(shape, element) }));

test.each([
  ["f32", -1, 1, 4],
  ["bf16", -1, 1, 2],
  ["f64", -1, 1, 8],
  ["complex<f32>", -1, 1, 8],
  ["i32", 0, 3, 4],
  ["ui8", 0, 3, 1],
  ["i1", 0, 1, 1],
] as const)(
  "%s: numbers from %d to %d, of its size, the same for the same seed",
  (element, low, high, width) => {
    const arguments_ = wanted([element, [50, 2]], [element, [50, 2]]);
    const [first, again, other] = [3, 3, 4].map((seed) => withRandom(arguments_, new Map(), seed));
    expect(again).toEqual(first);
    expect(other!.get("0")).not.toEqual(first!.get("0"));
    expect(first!.get("0")).not.toEqual(first!.get("1"));
    expect(first!.get("0")).toMatchObject({ elementType: element, dimensions: [50, 2] });
    expect(first!.get("0")!.data.length).toBe(100 * width);
    const numbers = numbersOf(first!.get("0")!);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(high);
    expect(new Set(numbers).size).toBeGreaterThan(1);
  },
);

test("what is given stays, and changes nothing of the rest", () => {
  const both = wanted(["f32", [2]], ["f32", [3]]);
  const alone = withRandom(both, new Map(), 0);
  const given = { elementType: "f32", dimensions: [2], data: new Uint8Array(8) } as const;
  const filled = withRandom(both, new Map([["0", given]]), 0);
  expect([...filled]).toEqual([
    ["0", given],
    ["1", alone.get("1")],
  ]);
});

test("an argument of unknown size is to be given", () => {
  expect(() => withRandom(wanted(["f32", [DYNAMIC, 2]]), new Map(), 0)).toThrow(
    `usage error: there are no random numbers for argument "0"
  expected: tensors of known sizes, of floats, complex numbers, integers or booleans
  got:      tensor<?x2xf32>
  hint:     give it by --input`,
  );
});
