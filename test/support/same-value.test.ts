import { expect, test } from "vitest";
import { sameValue } from "../../src/support/same-value.js";

const bare = Object.assign(Object.create(null) as object, { atol: 0, mode: "DEFAULT" });

test.each<[unknown, unknown, boolean]>([
  [1, 1, true],
  [1, 1n, false],
  [0, -0, false],
  [Number.NaN, Number.NaN, true],
  [null, undefined, false],
  [null, {}, false],
  [[1, [2]], [1, [2]], true],
  [[1], [1, 2], false],
  [[], {}, false],
  [bare, { mode: "DEFAULT", atol: 0 }, true],
  [bare, { mode: "DEFAULT", rtol: 0 }, false],
  [{ a: undefined }, {}, false],
  [{ a: undefined }, { b: undefined }, false],
  [new Map([["a", [1]]]), new Map([["a", [1]]]), true],
  [new Map([["a", [1]]]), new Map([["a", [2]]]), false],
  [new Map(), {}, false],
])("%o and %o: %s", (a, b, same) => {
  expect([sameValue(a, b), sameValue(b, a)]).toEqual([same, same]);
});
