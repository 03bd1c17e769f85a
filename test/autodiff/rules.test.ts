import { expect, test } from "vitest";
import { differentiability } from "../../src/autodiff/rules/index.js";
import { inputsOf } from "./cases/case.js";
import { cases } from "./cases/index.js";
import { addVjp, parse, slopes } from "./vjp-of.js";

/** Near its own rounding a difference of values tells nothing. */
const LEAST = 1e-3;

for (const each of cases) {
  test(`${each.op} has the slope that differences of its values have: ${each.inputs.map((i) => (typeof i === "string" ? i : i.type)).join(", ")}`, () => {
    const module = addVjp(parse(each.program));
    for (let seed = 1; seed <= (each.seeds ?? 2); seed++) {
      const { gradient, difference } = slopes(module, inputsOf(each, seed), {
        seed,
        step: each.step ?? 1e-5,
      });
      const scale = Math.max(LEAST, Math.abs(difference));
      expect(Math.abs(gradient - difference) / scale).toBeLessThan(each.tolerance ?? 1e-6);
    }
  });
}

test("every op with a rule has a case", () => {
  const ruled = Object.entries(differentiability).filter(
    ([, { kind }]) => kind === "operands" || kind === "code",
  );
  const tried = new Set(cases.map(({ op }) => op));
  expect(ruled.map(([name]) => name).filter((name) => !tried.has(name))).toEqual([]);
});
