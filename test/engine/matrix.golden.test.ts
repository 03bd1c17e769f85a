import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { models } from "../../models/index.js";
import { checkGoldenCase, type GoldenOptions } from "../../src/engine/index.js";
import { formatReport, openCase } from "../../src/golden/index.js";
import { useCpu } from "../dsl/cpu.js";
import { strategies } from "./strategies.js";

const cpu = useCpu({ optimised: true });

/** The folders of ours, and those beside the project where there are any. */
const cases = ["../../golden/", "../../../shared/golden/"].flatMap((folder) => {
  const path = fileURLToPath(new URL(folder, import.meta.url));
  return foldersIn(path).map((name) => [`${folder.replaceAll("../", "")}${name}`, `${path}${name}`] as const);
});

function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() && !entry.name.startsWith("__") ? [entry.name] : [],
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

const all: typeof strategies = [
  ["sequential", { scan: "sequential" }],
  ["blocked by 16", { scan: "blocked", scanBlock: 16 }],
  ...strategies,
];

describe.each(all)("%s, compiled as for users", (_, options) => {
  it.each(cases)(
    "%s has the reference's numbers, in f32, and in bf16 where it bounds it",
    async (_name, path) => {
      const golden = await openCase(path, models);
      const dtypes: readonly GoldenOptions["dtype"][] =
        golden.toleranceBf16 === undefined ? ["f32"] : ["f32", "bf16"];
      for (const dtype of dtypes) {
        const report = await checkGoldenCase(cpu.client, golden, { ...options, dtype });
        expect(report.passed, formatReport(report).join("\n")).toBe(true);
      }
    },
  );
});

it("there are cases of ours", () => {
  expect(cases.map(([name]) => name)).toEqual(
    expect.arrayContaining(["golden/bf16", "golden/demo-kjv", "golden/packed-small-window"]),
  );
});
