import { expect, it, test } from "vitest";
import { models } from "../../models/index.js";
import {
  checkpointSource,
  chipOf,
  continuePrompts,
  describeDevice,
  type DeviceEvent,
  diagnose,
  makeReport,
  openCompiler,
  openDevice,
  openRunner,
  programCost,
  withDevices,
} from "../../src/engine/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { openCase } from "../../src/golden/index.js";

const folder = "golden/demo-kjv";
const golden = await openCase(folder, models);
const prompt = [...golden.tokens];
const expected = Array.from(golden.tensors.get("generated")!.data).slice(0, 8);

test("openDevice tells what it does, and describes what it opened", async () => {
  const phases: DeviceEvent["phase"][] = [];
  await using device = await openDevice("cpu", { onEvent: ({ phase }) => phases.push(phase) });
  expect(phases.filter((phase) => phase !== "fetch")).toEqual(["ready", "start", "ready"]);
  expect(describeDevice(device)).toMatch(
    /^cpu plugin \S+ \(PJRT \d+\.\d+, StableHLO [\d.]+\), device 0 of \d+: cpu$/,
  );
});

test("openRunner runs programs in this process when it is told to", async () => {
  await using runner = await openRunner("cpu", "this process");
  expect("platformName" in runner.device && runner.device.platformName).toBe("cpu");
});

test("openCompiler refuses a plugin whose devices are not what the target is", async () => {
  await expect(openCompiler("tpu", "cpu")).rejects.toThrow(
    "usage error: programs lowered for tpu are compiled by a plugin for another platform\n  expected: tpu\n  got:      cpu\n  hint:     --target cpu, or name another plugin: --compile PLUGIN",
  );
});

test("continuePrompts gives every token as it is made, and all of them in figures", async () => {
  await using source = await checkpointSource(folder, models);
  const tokens: number[] = [];
  const summary = await continuePrompts(source, {
    plugin: "cpu",
    prompts: [prompt],
    maxNewTokens: 8,
    onToken: ({ token }) => tokens.push(token),
  });
  expect(tokens).toEqual(expected);
  expect(summary).toMatchObject({
    rows: [{ prompt, tokens: expected, finished: "length" }],
    dtype: "f32",
    strategies: "scan sequential, attention banded, nn.causal_conv1d strided, nn.kv_cache_update in place",
  });
  expect(summary.tokensPerSecond).toBeGreaterThan(0);
});

test("continuePrompts refuses prompts before it looks for a plugin", async () => {
  await using source = await checkpointSource(folder, models);
  await expect(continuePrompts(source, { plugin: "there is none", prompts: [[-1]] })).rejects.toThrow("-1");
});

test("diagnose says what stands in the way of a plugin that is not there", async () => {
  // Without python3 as well: what is named by its path is not fetched.
  const { problems, device, plugins, python } = await diagnose("/nowhere/plugin.so", { PATH: "/nowhere" });
  expect(python).toBeUndefined();
  expect(problems).toMatchObject([{ problem: expect.stringContaining("/nowhere/plugin.so") }]);
  expect(device).toBeUndefined();
  expect(plugins[0]).toMatchObject({ name: "/nowhere/plugin.so", path: undefined });
});

test("programCost counts what the compiler made of a program, in a process of its own", async () => {
  const module = parseModule(`module @product {
  func.func public @main(%arg0: tensor<8x16xf32>, %arg1: tensor<16x4xf32>) -> tensor<8x4xf32> {
    %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0] : (tensor<8x16xf32>, tensor<16x4xf32>) -> tensor<8x4xf32>
    return %0 : tensor<8x4xf32>
  }
}`);
  const report = makeReport(await programCost(module, "cpu"), { by: "none", top: 3 });
  expect(report).toMatchObject({ target: "cpu", chip: undefined, total: { flops: 2 * 8 * 16 * 4 } });
});

it("knows the chip of devices that a target describes, and the devices of one named alone", () => {
  expect(withDevices("cpu")).toBe("cpu");
  expect(withDevices("tpu")).toMatch(/^tpu:v\w+:/);
  expect(chipOf(withDevices("tpu"))?.memory).toBeGreaterThan(1e9);
  expect(chipOf("cpu")).toBeUndefined();
});
