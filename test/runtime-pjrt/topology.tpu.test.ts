import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import {
  hasTpu,
  installPlugin,
  Plugin,
  Profiler,
  runConformance,
  Topology,
} from "../../src/runtime-pjrt/index.js";
import { lockHolder } from "../../src/runtime-pjrt/tpu-host.js";
import { addProgram, f32x4 } from "./programs.js";

const request = {
  program: addProgram(true),
  signature: { arguments: [{ ...f32x4, donated: true }, f32x4], results: [f32x4] },
};
const libtpu = async () => Plugin.load(await installPlugin("tpu"));

describe("ahead of time, without a TPU", () => {
  test.each([
    ["v5e:1x1", 1, "TPU v5 lite"],
    ["v5e:2x2", 4, "TPU v5 lite"],
    ["v4:2x2x1", 8, "TPU v4"],
    ["v6e:2x2", 4, "TPU v6 lite"],
  ])(
    "a program is compiled for %s; memory, cost, HLO and bytes are read back",
    async (name, devices, kind) => {
      const plugin = await libtpu();
      using topology = await plugin.createTopology(name);
      expect([topology.platformName, topology.devices.length, topology.devices[0]!.kind]).toEqual([
        "tpu",
        devices,
        kind,
      ]);
      using program = await topology.compile(request);
      const { arguments: inputs, results, generatedCode } = program.memoryStats();
      expect([inputs, results, generatedCode > 0]).toEqual([1024, 512, true]);
      expect(program.costAnalysis()).toMatchObject({ flops: 4, optimal_seconds: expect.any(Number) });
      expect(program.serialize().length).toBeGreaterThan(10_000);
      const add = program
        .optimizedHlo()!
        .computations.flatMap((c) => c.instructions)
        .find((i) => i.opcode === "add")!;
      expect(JSON.parse(new TextDecoder().decode(add.backendConfig))).toHaveProperty(
        "window_config.estimated_cycles",
      );
      expect(program.argumentLayouts[0]).toMatch(/^\{0:T\(\d+\)/);
    },
  );

  test("a topology is written and read back", async () => {
    const plugin = await libtpu();
    using topology = await plugin.createTopology("v5e:2x2");
    using copy = Topology.deserialize(plugin, topology.serialize());
    expect([copy.devices.length, copy.fingerprint === topology.fingerprint]).toEqual([4, true]);
  });

  test("what is closed is off the books, and says so when it is used", async () => {
    const plugin = await libtpu();
    const topology = await plugin.createTopology("v5e:1x1");
    const program = await topology.compile(request);
    expect(plugin.stats()).toMatchObject({ topology: 1, executable: 1 });
    program.close();
    topology.close();
    expect(plugin.stats()).toMatchObject({ topology: 0, executable: 0 });
    expect(() => program.serialize()).toThrow("serialize of an executable that is closed");
    await expect(topology.compile(request)).rejects.toThrow("compile of a topology that is closed");
  });

  test("the profiler records a trace, and is closed", async () => {
    const plugin = await libtpu();
    const profiler = Profiler.create(plugin);
    profiler.start();
    expect(profiler.stop().length).toBeGreaterThan(0);
    expect(plugin.stats().profiler).toBe(1);
    profiler.close();
    expect(plugin.stats().profiler).toBe(0);
    expect(() => profiler.start()).toThrow("start of a profiler that is closed");
  });

  test("a topology that does not exist is the plugin's error", async () => {
    const plugin = await libtpu();
    await expect(plugin.createTopology("v99:1x1")).rejects.toThrow("Invalid TPU external name");
  });

  test("no conformance check fails", async () => {
    const report = await runConformance(await installPlugin("tpu"));
    expect(report.results.filter(({ outcome }) => outcome === "fail")).toEqual([]);
  });
});

test.runIf(!hasTpu())("a client without a TPU: a clear message, and the process ends well", async () => {
  const child = fileURLToPath(new URL("./tpu-child.ts", import.meta.url));
  const { exitCode, stdout, stderr } = await execa(process.execPath, ["--import", "jiti/register", child], {
    reject: false,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^PJRT NOT_FOUND: TPU initialization failed/);
  expect(stdout).toContain(
    'hint:     no TPU on this machine: run on a TPU host, use another plugin, or compile ahead of time (createTopology("v5e:2x2"))',
  );
});

test("another process's lock on the TPU is seen in the kernel's list", () => {
  const locks = [
    "1: POSIX  ADVISORY  WRITE 77 fd:01:1234 0 EOF",
    `2: FLOCK  ADVISORY  WRITE ${process.pid} fd:01:555 0 EOF`,
    "3: FLOCK  ADVISORY  WRITE 4711 fd:01:999 0 EOF",
  ].join("\n");
  expect([lockHolder(locks, 999), lockHolder(locks, 555), lockHolder(locks, 1)]).toEqual([
    4711,
    undefined,
    undefined,
  ]);
});
