import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkGoldenCase, type GoldenOptions } from "../../src/engine/index.js";
import { formatReport, openCase } from "../../src/golden/index.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu({ optimised: true });
const folder = fileURLToPath(new URL("../../golden/", import.meta.url));
const cases = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && !entry.name.startsWith("__") ? [entry.name] : [],
);

async function check(name: string, options: GoldenOptions): Promise<void> {
  const report = await checkGoldenCase(cpu.client, await openCase(`${folder}${name}`), options);
  expect(report.passed, formatReport(report).join("\n")).toBe(true);
}

describe("compiled as for users, our numbers are the reference's", () => {
  it("there are cases of ours", () => {
    expect(cases).toEqual(
      expect.arrayContaining([
        "bf16",
        "demo-kjv",
        "hawk-sharded",
        "odd-widths",
        "packed-small-window",
        "padded-small-window",
      ]),
    );
  });

  it.each(cases)("%s in f32", async (name) => {
    await check(name, { dtype: "f32" });
  });

  it("bf16 in bf16", async () => {
    await check("bf16", { dtype: "bf16" });
  });
});
