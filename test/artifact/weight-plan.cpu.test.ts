import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { models } from "../../models/index.js";
import { loadArtifact, type Manifest } from "../../src/artifact/index.js";
import { Model } from "../../src/engine/index.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { openCheckpoint, readConfigFiles } from "../../src/weights/index.js";
import { useCpu } from "../dsl/cpu.js";
import { compiledInThisRun } from "../engine/tiny.js";
import { held } from "../runtime-pjrt/held.js";
import { generated, rowOf } from "../serving/generated.js";
import { demoArtifact } from "./demo-artifact.js";
import { demo } from "./exported.js";

const cpu = useCpu();
const CHUNK = 16;
const PROMPT = [[2, 73, 110, 32, 116, 104, 101]];

/** Bytes of f32 tensors. */
const bytesOf = (tensors: readonly { readonly dimensions: readonly number[] }[]): number =>
  tensors.reduce((sum, { dimensions }) => sum + 4 * dimensions.reduce((size, n) => size * n, 1), 0);

it("an artifact frees the weights that only its preparation takes, once that has run; a model keeps them", async () => {
  const artifact = await demoArtifact({ chunk: CHUNK });
  const { programs } = JSON.parse(await readFile(join(artifact, "manifest.json"), "utf8")) as Manifest;
  const [prepare, ...others] = programs;
  expect(prepare!.kind).toBe("prepare");
  expect(others.map((program) => program.prepare)).toEqual(others.map(() => "prepare"));
  const kept = new Set(
    others.flatMap((program) =>
      program.arguments.flatMap(({ role, name }) => (role === "parameter" ? [name] : [])),
    ),
  );
  const consumed = prepare!.arguments.filter(({ name }) => !kept.has(name));
  expect(consumed.map(({ name }) => name)).toContain("layers.0.temporal_block.rg_lru.recurrent_param");

  using model = await loadArtifact(artifact, cpu.client, { cache: compiledInThisRun });
  const [all, before] = [model.parameterBytes, await held(cpu.client)];
  expect(model.preparedBytes).toBe(0);
  await model.ready({ kind: "decode", batch: 1, time: 1 });
  expect(all - model.parameterBytes).toBe(bytesOf(consumed));
  expect(model.preparedBytes).toBe(bytesOf(prepare!.results));
  expect((await held(cpu.client)).buffer).toBe(before.buffer - consumed.length + prepare!.results.length);

  const freed = model.parameterBytes;
  const tokens = rowOf(await generated(model, PROMPT), 0);
  expect(model.parameterBytes).toBe(freed);

  await using checkpoint = await openCheckpoint(demo);
  const definition = configureCheckpoint(await readConfigFiles(demo), models);
  using whole = await Model.load(cpu.client, definition, checkpoint, { cache: compiledInThisRun });
  expect(rowOf(await generated(whole, PROMPT, { chunk: CHUNK }), 0)).toEqual(tokens);
  expect([whole.parameterBytes, whole.preparedBytes]).toEqual([all, model.preparedBytes]);
});
