import { rmSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { groupCosts, moduleFromProto, sumCosts } from "../../src/cost/index.js";
import { installPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { dumpedModule, requestWithDump, sorted } from "./dumped.js";

test("for v5e, what the plugin hands out and what the compiler writes count the same: bytes, flops, cycles, turns", async () => {
  const plugin = await Plugin.load(await installPlugin("tpu"));
  using topology = await plugin.createTopology("v5e:2x2");
  const { folder, request } = requestWithDump("tpu:v5e:2x2");
  onTestFinished(() => rmSync(folder, { recursive: true }));
  using program = await topology.compile(request);
  const handedOut = sorted(moduleFromProto(program.optimizedHlo()!));
  expect(handedOut).toEqual(sorted(dumpedModule(folder)));
  expect(handedOut.unknownLoops).toEqual([]);
  const total = sumCosts(handedOut.instructions);
  expect(total.cycles).toBeGreaterThan(10_000);
  expect(total.flops).toBeGreaterThan(100_000);
  expect(total.read.hbm).toBeGreaterThan(50_000);
  expect(total.read.chip).toBeGreaterThan(50_000);
  // The loops over 32 steps of time take 4 a turn.
  expect(handedOut.instructions.filter(({ times }) => times >= 8).length).toBeGreaterThan(2);
  expect(groupCosts(handedOut, { by: "scope" }).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["layers.*/mlp_block/down_proj", "layers.*/temporal_block/rg_lru"]),
  );
});

test("one pass over arrays in HBM moves them once: 126 MB for x * a + x of [1, 4096, 2560] f32", async () => {
  const plugin = await Plugin.load(await installPlugin("tpu"));
  using topology = await plugin.createTopology("v5e:2x2");
  const array = { elementType: "f32", dimensions: [1, 4096, 2560] } as const;
  const type = "tensor<1x4096x2560xf32>";
  using program = await topology.compile({
    program: `func.func @main(%x: ${type}, %a: ${type}) -> ${type} {
      %0 = stablehlo.multiply %x, %a : ${type}
      %1 = stablehlo.add %0, %x : ${type}
      return %1 : ${type}
    }`,
    signature: { arguments: [array, array], results: [array] },
  });
  const { read, written, cycles } = sumCosts(sorted(moduleFromProto(program.optimizedHlo()!)).instructions);
  expect({ read: read.hbm, written: written.hbm }).toEqual({
    read: 2 * 4 * 4096 * 2560,
    written: 4 * 4096 * 2560,
  });
  expect(cycles).toBeGreaterThan(100_000);
});
