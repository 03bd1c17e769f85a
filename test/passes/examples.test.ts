import { expect, test } from "vitest";
import { hoistParameters, refineShapesPass } from "../../src/passes/index.js";
import { allPasses } from "../../src/targets/index.js";
import { testPass } from "../../src/testing/index.js";
import { demo } from "../ir/demo-dialect.js";

/** These change what @main takes: prepared arguments, and shapes that are known. */
const changing: readonly unknown[] = [hoistParameters, refineShapesPass];

test.each(allPasses.passes.map((pass) => [pass.name, pass] as const))(
  "%s: its example is true, holds the second time, and means the same before and after",
  (_name, pass) => {
    testPass(pass, { dialects: [demo], runs: 2, changesInterface: changing.includes(pass) });
  },
);

test("every pass of the package has been tried", () => {
  expect(allPasses.passes.length).toBeGreaterThan(20);
});
