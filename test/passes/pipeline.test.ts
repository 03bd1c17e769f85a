import { describe, expect, it } from "vitest";
import { z } from "zod";
import { definePass } from "../../src/passes/pass.js";
import { parsePipeline } from "../../src/passes/pipeline.js";
import { PassRegistry, standardPasses } from "../../src/passes/registry.js";

const seen: unknown[] = [];

const registry = new PassRegistry([
  ...standardPasses,
  definePass({
    name: "test-options",
    summary: "Remembers its options.",
    options: z.object({
      strategy: z.enum(["blocked", "sequential"]).default("sequential"),
      block: z.int().min(1).multipleOf(8).optional(),
      label: z.string().default("none"),
      fast: z.boolean().default(false),
    }),
    example: { before: "", after: "" },
    run: (_module, _context, options) => seen.push(options),
  }),
]);

const optionsOf = (pipeline: string): unknown => {
  const context = { count: () => {} };
  for (const step of parsePipeline(pipeline, registry)) step.run(undefined as never, context);
  return seen.pop();
};

const errorOf = (pipeline: string): string => {
  try {
    parsePipeline(pipeline, registry);
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
};

describe("a pipeline's text", () => {
  it("names passes in order, blanks being free", () => {
    expect(parsePipeline(" cse , dce,canonicalize ", registry).map((step) => step.name)).toEqual([
      "cse",
      "dce",
      "canonicalize",
    ]);
  });

  it("may be empty", () => {
    expect(parsePipeline("  ", registry)).toEqual([]);
  });

  it("gives options as numbers, words, quoted text and bare names", () => {
    expect(optionsOf('test-options{strategy=blocked block=128 label="two words" fast}')).toEqual({
      strategy: "blocked",
      block: 128,
      label: "two words",
      fast: true,
    });
  });

  it("leaves out options that have a default", () => {
    expect(optionsOf("test-options{}")).toEqual({ strategy: "sequential", label: "none", fast: false });
  });
});

describe("an error in a pipeline's text", () => {
  it("names the nearest pass for an unknown one", () => {
    expect(errorOf("dce,fuse-rglru-gate")).toBe(
      [
        'usage error: unknown pass "fuse-rglru-gate"',
        "  at:       pipeline, column 5",
        "  dce,fuse-rglru-gate",
        "      ^^^^^^^^^^^^^^^",
        "  hint:     did you mean fuse-rglru-gates?",
      ].join("\n"),
    );
  });

  it("names the nearest option for an unknown one", () => {
    expect(errorOf("test-options{blok=8}")).toBe(
      [
        'usage error: test-options has no option "blok"',
        "  at:       pipeline, column 14",
        "  test-options{blok=8}",
        "               ^^^^",
        "  hint:     did you mean block?",
      ].join("\n"),
    );
  });

  it("says so when a pass has no options at all", () => {
    expect(errorOf("dce{all}")).toContain("hint:     dce has no options");
  });

  it.each([
    ["block=0", "at least 1"],
    ["block=12", "a multiple of 8"],
    ["block=1.5", "a whole number"],
    ["block=many", "a number"],
    ["block", "a number"],
    ["strategy=block", "one of blocked, sequential"],
    ["fast=2", "true or false"],
    ["label=3", "a word"],
  ])("says what %s should have been", (option, expected) => {
    expect(errorOf(`test-options{${option}}`)).toContain(`expected: ${expected}\n`);
  });

  it("points at the value that is wrong", () => {
    expect(errorOf("cse,test-options{fast block=0}")).toBe(
      [
        'usage error: option "block" of test-options is not valid',
        "  expected: at least 1",
        "  at:       pipeline, column 29",
        "  cse,test-options{fast block=0}",
        "                              ^",
      ].join("\n"),
    );
  });

  it("refuses an option given twice", () => {
    expect(errorOf("test-options{fast fast}")).toContain('option "fast" of test-options is given twice');
  });

  it.each([
    ["dce,", "the pipeline ends early", "the name of a pass"],
    ["dce cse", 'unexpected "c"', '"," or the end'],
    ["dce{", "the pipeline ends early", 'an option, or "}"'],
    ["test-options{block=}", 'unexpected "}"', "a value"],
    [",dce", 'unexpected ","', "the name of a pass"],
  ])("says what is missing in %s", (pipeline, message, expected) => {
    expect(errorOf(pipeline)).toContain(`usage error: ${message}\n  expected: ${expected}\n`);
  });
});
