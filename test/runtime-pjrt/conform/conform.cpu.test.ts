import { expect, test } from "vitest";
import { countOutcomes, installPlugin, runConformance } from "../../../src/runtime-pjrt/index.js";

test("the CPU plugin fails no check; what it lacks is unsupported", async () => {
  const seen: string[] = [];
  const report = await runConformance(await installPlugin("cpu"), {
    onResult: ({ name }) => seen.push(name),
  });
  expect(report.results.filter(({ outcome }) => outcome === "fail")).toEqual([]);
  expect({ api: report.api, stablehlo: report.stablehlo }).toEqual({ api: "0.115", stablehlo: "1.20.0" });
  expect(countOutcomes(report).pass).toBeGreaterThanOrEqual(84);
  expect(report.results.filter(({ outcome }) => outcome === "unsupported").map(({ name }) => name)).toContain(
    "compile.cost analysis",
  );
  expect(seen).toEqual(report.results.slice(0, -1).map(({ name }) => name));
});

test("a filter runs the checks whose name has its text", async () => {
  const { results } = await runConformance(await installPlugin("cpu"), { filter: "execute.donation" });
  expect(results.map(({ name, outcome }) => [name, outcome])).toEqual([
    ["execute.donation reuses the memory", "pass"],
    ["client.nothing stays alive", "pass"],
  ]);
});
