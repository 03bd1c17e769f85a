import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { models } from "../../models/index.js";
import { type ArtifactDescription, describeArtifact } from "../../src/artifact/index.js";
import { compileAhead, exportModel, Family, lowerProgram } from "../../src/engine/index.js";
import { loopProgram } from "../../src/engine/loop-program.js";
import { samplerProgram } from "../../src/engine/sampler-program.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { installPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { readConfigFiles } from "../../src/weights/index.js";
import { demo } from "../artifact/exported.js";
import { temporaryFolder } from "../cli/griffin.js";
import { exportedPrograms, PROGRAM_COUNT } from "./exported-programs.js";

const plugin = await Plugin.load(await installPlugin("tpu"));

describe("without a TPU", () => {
  test("libtpu compiles every exported program", async () => {
    using topology = await plugin.createTopology("v5e:2x2");
    const programs = await exportedPrograms("tpu:v5e:2x2");
    const compiled: string[] = [];
    for (const [name, { content, signature }] of programs) {
      using program = await topology.compile({ program: content.bytecode, signature });
      if (program.serialize().length > 10_000) compiled.push(name);
    }
    expect(compiled).toEqual(programs.map(([name]) => name));
    expect(compiled).toHaveLength(PROGRAM_COUNT);
  }, 600_000);

  test("libtpu compiles a loop that draws 16 tokens of the demo model in one call, with penalties and logprobs", async () => {
    using topology = await plugin.createTopology("v5e:2x2");
    const model = configureCheckpoint(await readConfigFiles(demo), models);
    const target = "tpu:v5e:2x2";
    const { generation } = model;
    const key = {
      batch: 2,
      logprobs: 2,
      allowed: false,
      penalties: true,
      bias: true,
      topK: true,
      topP: true,
    };
    const decode = new Family({ target }).lower([
      model.program({ kind: "decode", batch: 2, time: 1, dtype: "bf16" }),
    ])[0]!;
    const sampler = lowerProgram(samplerProgram(key, generation.vocabSize), { target });
    const lowered = loopProgram({ decode, sampler, model: generation, batch: 2, steps: 16 });
    using program = await compileAhead(topology, lowered);
    expect(program.serialize().length).toBeGreaterThan(10_000);
  }, 600_000);

  test("executables for a topology are stored, with what the device will need", async () => {
    const folder = join(await temporaryFolder(), "artifact");
    using topology = await plugin.createTopology("v5e:2x2");
    const compiler = { plugin, topology, topologyName: "v5e:2x2" };
    await exportModel({ folder: demo, models }, folder, {
      target: "tpu:v5e:2x2",
      chunk: 16,
      dtype: "bf16",
      samplers: false,
      compiler,
    });
    const description = await describeArtifact(folder, { verify: true });
    expect(description).toMatchObject({ kind: "artifact", target: "tpu:v5e:2x2", problems: [] });
    const { compiled } = description as ArtifactDescription;
    expect(compiled).toEqual([
      {
        fingerprint: {
          plugin: expect.stringMatching(/^[0-9a-f]{64}$/),
          api: `${plugin.apiVersion.major}.${plugin.apiVersion.minor}`,
          platform: "tpu",
          platformVersion: topology.platformVersion,
          deviceKind: "TPU v5 lite",
          processor: "",
        },
        topology: "v5e:2x2",
        programs: ["prepare", "prefill_1x16", "extend_1x16", "decode_1x1"],
        bytes: expect.any(Number),
        madeHere: true,
        memory: { program: expect.any(String), bytes: expect.any(Number) },
      },
    ]);
    const [{ bytes, memory }] = compiled as [(typeof compiled)[0]];
    expect(bytes).toBeGreaterThan(1e6);
    // The weights in bf16 are 2.6 MB of it.
    expect(memory!.bytes).toBeGreaterThan(2.6e6);
  }, 600_000);
});
