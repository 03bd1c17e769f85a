/**
 * Every constraint of every op: a program that keeps them all, and for each label one change that breaks it. The labels are
 * collected while the programs are verified, so that a check without a test fails the last one.
 */
import { afterAll, describe, expect, test, vi } from "vitest";
import { VerifyError } from "../../../src/ir/errors.js";
import { opDefinitions } from "../../../src/ir/ops/index.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import type { Broken } from "./cases/case.js";
import { families } from "./cases/index.js";

/** Labels of the checks that ran, of the dialects tested here. */
const reached = new Set<string>();

for (const definition of opDefinitions) {
  const { infer } = definition;
  const watched: typeof infer = (op) =>
    infer.call(definition, {
      ...op,
      check(condition, constraint, message) {
        if (/^(stablehlo|chlo|check)\./.test(definition.name)) reached.add(constraint);
        op.check(condition, constraint, message);
      },
    });
  vi.spyOn(definition, "infer").mockImplementation(watched);
}
afterAll(() => vi.restoreAllMocks());

/** The label of the constraint that the program breaks, or "none". */
function verdict(text: string): string {
  try {
    verifyModule(parseModule(text));
    return "none";
  } catch (error) {
    if (error instanceof VerifyError) return error.constraint ?? error.message;
    throw error;
  }
}

function edit(valid: string, [, ...edits]: Broken): string {
  return edits.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, to);
  }, valid);
}

describe.each(families.map((each) => [each.valid, each] as const))("%s", (valid, { broken }) => {
  test("verifies", () => {
    expect(verdict(valid)).toBe("none");
  });

  test.each(broken.map((each, i) => [each[0], i, each] as const))("breaks %s (%i)", (label, _, each) => {
    const text = edit(valid, each);
    expect(verdict(text), text).toBe(label);
  });
});

test("every constraint that is checked has a program that breaks it", () => {
  const broken = new Set(families.flatMap((each) => each.broken.map(([label]) => label)));
  expect([...reached].filter((label) => !broken.has(label)).sort()).toEqual([]);
});
