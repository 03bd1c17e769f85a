import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  EnvironmentError,
  formatPosition,
  GriffinError,
  InternalError,
  UsageError,
} from "../../src/support/errors.js";

describe("GriffinError", () => {
  it("is one sentence when nothing else is known", () => {
    expect(new GriffinError("shape error", { message: "add: operands differ" }).message).toBe(
      "shape error: add: operands differ",
    );
  });

  it("prints expected, got, place, details and hint, in that order", () => {
    const error = new GriffinError("verify error", {
      message: "stablehlo.add: operands differ",
      expected: "f32",
      got: "bf16",
      where: { file: "model.ts", line: 3, column: 7 },
      details: ["| x.add(y)", "|   ^"],
      hint: "convert one",
    });
    expect(error.message).toBe(
      [
        "verify error: stablehlo.add: operands differ",
        "  expected: f32",
        "  got:      bf16",
        "  at:       model.ts:3:7",
        "  | x.add(y)",
        "  |   ^",
        "  hint:     convert one",
      ].join("\n"),
    );
  });

  it("takes a place in words", () => {
    const error = new GriffinError("golden error", { message: "no logits", where: "golden/tiny" });
    expect(error.message).toBe("golden error: no logits\n  at:       golden/tiny");
  });

  it("gives the same as data, without the cause", () => {
    const error = new UsageError({ message: "no prompts given", got: "0", cause: new Error("inner") });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      kind: "usage error",
      message: "no prompts given",
      got: "0",
    });
    expect(error.details.cause).toEqual(new Error("inner"));
  });

  it("is printed by Node, when nobody catches it, as its text and the author's frame, and nothing else", () => {
    const where = { file: "model.ts", line: 3, column: 7 };
    const error = new GriffinError("shape error", { message: "m", where, hint: "h", cause: new Error("c") });
    // This file is below test/: an author's. The second is how Node prints what ends a process.
    for (const text of [inspect(error), inspect(error, { customInspect: false, depth: 5 })]) {
      const lines = text.split("\n");
      expect(lines.slice(0, 3)).toEqual(["shape error: m", "  at:       model.ts:3:7", "  hint:     h"]);
      expect(lines[3]).toMatch(/^ {4}at .*errors\.test\.ts:\d+:\d+\)?$/);
      expect(lines.length).toBe(4);
    }
  });

  it("keeps all frames for reports, and shows them of its own defects", () => {
    expect(new UsageError({ message: "m" }).trace.split("\n").length).toBeGreaterThan(1);
    expect(inspect(new InternalError("m"))).toMatch(/please report it\n {4}at /);
  });

  it.each([
    [new GriffinError("shape error", { message: "m" }), "GriffinError", 1],
    [new UsageError({ message: "m" }), "UsageError", 2],
    [new EnvironmentError({ message: "m" }), "EnvironmentError", 3],
    [new InternalError("m"), "InternalError", 1],
  ])("%s has its class's name and exit code", (error, name, exitCode) => {
    expect(error).toBeInstanceOf(GriffinError);
    expect([error.name, error.exitCode]).toEqual([name, exitCode]);
  });

  it("asks for a report when the toolkit itself is wrong", () => {
    expect(new InternalError("two passes are called cse").message).toBe(
      [
        "internal error: two passes are called cse",
        "  hint:     this is a defect of stablegriffin, please report it",
      ].join("\n"),
    );
  });
});

describe("formatPosition", () => {
  it("is file:line:column", () => {
    expect(formatPosition({ file: "models/griffin.ts", line: 12, column: 3 })).toBe("models/griffin.ts:12:3");
  });
});
