import { expect, test } from "vitest";
import { calls } from "./calls.js";
import { run } from "./text.js";

test("what would be too large once its calls are inlined is an error", () => {
  expect(() => run("inline", calls(40, 2))).toThrow(
    "verify error: func.func: @f19 is too large once its calls are inlined [call_expansion]\n" +
      "  expected: at most 2097152 operations\n  got:      2097154\n  at:       -:",
  );
});

test("inlining goes through a chain of functions that is longer than a stack is deep", () => {
  const inlined = run("inline,dce", calls(6000, 1));
  expect(inlined).not.toContain("call");
  expect(inlined.match(/stablehlo\.sine/g)).toHaveLength(2);
});
