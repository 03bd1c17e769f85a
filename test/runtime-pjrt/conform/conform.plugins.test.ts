import { expect, test } from "vitest";
import { installPlugin, Plugin, runConformance } from "../../../src/runtime-pjrt/index.js";

test.each([
  ["xla-cpu-pjrt", { major: 0, minor: 81 }, "1.13.3"],
  ["fastatomstruct-xla-cpu", { major: 0, minor: 106 }, "1.16.1"],
])("%s: negotiated, no check fails", async (name, apiVersion, stablehlo) => {
  const path = await installPlugin(name);
  const report = await runConformance(path);
  expect(report.results.filter(({ outcome }) => outcome === "fail")).toEqual([]);
  const plugin = await Plugin.load(path);
  expect([plugin.apiVersion, report.stablehlo]).toEqual([apiVersion, stablehlo]);
});

test("a function newer than the plugin is an error that says since when, not a crash", async () => {
  const plugin = await Plugin.load(await installPlugin("xla-cpu-pjrt"));
  await using client = await plugin.createClient();
  expect(() => client.devices[0]!.deviceAttributes).toThrow(
    [
      "PJRT UNIMPLEMENTED: xla_cpu_pjrt.so (API 0.81) has no PJRT_Device_GetAttributes, which came with API 0.92",
      "  at:       PJRT_Device_GetAttributes of xla_cpu_pjrt.so",
    ].join("\n"),
  );
});
