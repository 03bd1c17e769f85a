import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { models } from "../../models/index.js";
import { checkGoldenCase, type GoldenOptions } from "../../src/engine/index.js";
import { formatReport, openCase } from "../../src/golden/index.js";
import { useCpu } from "../dsl/cpu.js";

/** Compiled as for users; all cases are by the tier `golden`. */
const cpu = useCpu({ optimised: true });
const folder = fileURLToPath(new URL("../../golden/", import.meta.url));

async function check(name: string, options: GoldenOptions): Promise<void> {
  const report = await checkGoldenCase(cpu.client, await openCase(`${folder}${name}`, models), options);
  expect(report.passed, formatReport(report).join("\n")).toBe(true);
}

describe("compiled as for users, our numbers are the reference's", () => {
  it.each(["demo-kjv", "odd-widths"])("%s in f32", async (name) => {
    await check(name, { dtype: "f32" });
  });

  it("bf16 in bf16", async () => {
    await check("bf16", { dtype: "bf16" });
  });
});
