import { expect, it } from "vitest";
import { z } from "zod";
import { definePass, passOptions } from "../../src/passes/index.js";

it("says of each option of a pass what may be given, what is usual, and what it does", () => {
  const options = z.object({
    block: z.int().min(2).default(8).describe("steps a block"),
    form: z.enum(["dense", "banded"]).default("dense").describe("of attention"),
    nested: z.boolean().default(false),
    name: z.string().optional(),
  });
  const pass = definePass({
    name: "test-all",
    summary: "",
    options,
    example: { before: "", after: "" },
    run() {},
  });
  expect(passOptions(pass)).toEqual([
    { name: "block", values: "integer", default: 8, help: "steps a block" },
    { name: "form", values: "dense|banded", default: "dense", help: "of attention" },
    { name: "nested", values: "true|false", default: false, help: "" },
    { name: "name", values: "string", help: "" },
  ]);
});

it("says nothing of a pass without options", () => {
  const pass = definePass({ name: "test-none", summary: "", example: { before: "", after: "" }, run() {} });
  expect(passOptions(pass)).toEqual([]);
});
