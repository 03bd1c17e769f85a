import { expect, test } from "vitest";
import { differentiability } from "../../src/autodiff/rules/index.js";
import { inputsOf } from "./cases/case.js";
import { cases } from "./cases/index.js";
import { addVjp, gradientAsMain, parse, slopes } from "./vjp-of.js";
import { tries } from "../../tools/vitest/properties.js";

/** Near its own rounding a difference of values tells nothing. */
const LEAST = 1e-3;

for (const each of cases) {
  test(`${each.op} has the slope that differences of its values have, in reverse and forward mode: ${each.inputs.map((i) => (typeof i === "string" ? i : i.type)).join(", ")}`, () => {
    const module = addVjp(parse(each.program));
    // Forward mode from one seed, and not of a case that takes long: its op has others.
    const second = each.seeds === undefined ? addVjp(gradientAsMain(parse(each.program))) : undefined;
    for (let seed = 1; seed <= (each.seeds ?? tries(1).numRuns); seed++) {
      const { gradient, forward, difference } = slopes(module, inputsOf(each, seed), {
        seed,
        step: each.step ?? 1e-5,
        second: seed === 1 ? second : undefined,
      });
      const scale = Math.max(LEAST, Math.abs(difference));
      for (const slope of [gradient, ...(forward === undefined ? [] : [forward])])
        expect(Math.abs(slope - difference) / scale).toBeLessThan(each.tolerance ?? 1e-6);
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
