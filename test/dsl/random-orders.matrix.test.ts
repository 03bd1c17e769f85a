import { expect, test } from "vitest";
import { axis, program, random } from "../../src/dsl/index.js";
import { run } from "./interpret.js";

test("a permutation of so many elements that they are sorted twice is that of jax.random.permutation", () => {
  const { n } = run(
    program({ name: "order" }, () => ({ n: random.permutation(random.key(3), axis("n", 2000)) })),
    {},
  );
  expect([n?.slice(0, 8), n?.slice(-4)]).toEqual([
    [1883, 819, 811, 456, 1123, 377, 1813, 1511],
    [469, 391, 1791, 1235],
  ]);
});
