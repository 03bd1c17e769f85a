import { expect, test } from "vitest";
import { neededBytes } from "../../src/runtime-pjrt/index.js";

test("an execution needs its arguments, results, temporaries and code; what is aliased lies in the arguments", () => {
  const stats = { arguments: 1000, results: 300, aliased: 200, temporary: 50, generatedCode: 7 };
  expect(neededBytes(stats)).toBe(1157);
});
