import { describe, expect, test } from "vitest";
import type { CausalKey } from "../../models/causal-program.js";
import { type GriffinConfig, griffinProgram } from "../../models/griffin.js";
import { griffin } from "../../models/index.js";
import { presets } from "../../models/griffin/presets.js";
import { compileAhead, lowerProgram } from "../../src/engine/index.js";
import { constantRate, sgd, trainStep } from "../../src/training/index.js";
import { installPlugin, Plugin } from "../../src/runtime-pjrt/index.js";

const topologies = ["v5e:2x2", "v4:2x2x1", "v6e:2x2"] as const;

const programs: readonly CausalKey[] = [
  { kind: "forward", batch: 2, time: 20, dtype: "f32", probes: true },
  { kind: "prefill", batch: 2, time: 20, dtype: "bf16" },
  { kind: "extend", batch: 2, time: 20, dtype: "bf16" },
  { kind: "score", batch: 1, time: 16, dtype: "bf16" },
  { kind: "decode", batch: 2, time: 1, dtype: "bf16" },
];

/** Compiles one program for a topology and reads back what the compiler says. */
async function compileFor(name: string, config: GriffinConfig, options: CausalKey) {
  const plugin = await Plugin.load(await installPlugin("tpu"));
  using topology = await plugin.createTopology(name);
  const lowered = lowerProgram(griffinProgram(config, options), { target: `tpu:${name}`, prepare: true });
  using program = await compileAhead(topology, lowered);
  const cost = program.costAnalysis();
  return {
    lowered,
    memory: program.memoryStats(),
    flops: Number(cost.flops),
    bytes: program.serialize().length,
  };
}

test("libtpu takes what a step of training for a TPU asks of its memory", async () => {
  const plugin = await Plugin.load(await installPlugin("tpu"));
  using topology = await plugin.createTopology("v5e:2x2");
  const step = trainStep(griffin.configure(presets.tiny), {
    batch: 1,
    time: 16,
    dtype: "bf16",
    optimizer: sgd(constantRate(1e-3)),
  });
  const lowered = lowerProgram(step, { target: "tpu:v5e:2x2" });
  using program = await compileAhead(topology, lowered);
  expect(program.compileOptions.envOptionOverrides.xla_tpu_msa_tensor_overrides?.value).toEqual({
    case: "text",
    value: "overrides { hlo_position_matcher { size_lte: 65536 } keep_in_default_memory {} }",
  });
});

describe("the model, ahead of time for TPUs", () => {
  test.each(topologies.flatMap((name) => programs.map((options) => [name, options.kind, options] as const)))(
    "%s takes the program %s; memory and cost are read back, the executable is written",
    async (name, _kind, options) => {
      const { memory, flops, bytes, lowered } = await compileFor(name, presets.tiny, options);
      expect(lowered.arguments.length).toBeGreaterThan(40);
      expect(memory.arguments).toBeGreaterThan(50_000);
      expect(flops).toBeGreaterThan(10_000);
      expect(bytes).toBeGreaterThan(10_000);
    },
  );
});
