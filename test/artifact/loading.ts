/** @file For tests: artifacts of the demo model, loaded, and what its model folder gives. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect } from "vitest";
import { models } from "../../models/index.js";
import { type LoadOptions, loadArtifact } from "../../src/artifact/index.js";
import { Model } from "../../src/engine/index.js";
import { configureCheckpoint } from "../../src/model/index.js";
import type { ModelEvent } from "../../src/serving/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { openCheckpoint, readConfigFiles } from "../../src/weights/index.js";
import { useCpu } from "../dsl/cpu.js";
import { compiledInThisRun } from "../engine/tiny.js";
import { generated, rowOf } from "../serving/generated.js";
import { demoArtifact } from "./demo-artifact.js";
import { changedCopy, demo, rewriteFile } from "./exported.js";

/** Token ids of the demo model: its tokens are bytes. */
const idsOf = (text: string): number[] => [2, ...Buffer.from(text).map((byte) => byte + 3)];

/** Two prompts, as token ids. */
export const ids = ["In the beginning", "And God said, Let there be light"].map(idsOf);

/** How tokens are drawn where they are. */
export const DRAWN = { temperature: 0.9, topK: 20, seed: 5 };

/** The model of the folder that the artifacts are of. */
export async function loadDemo(cpu: ReturnType<typeof useCpu>): Promise<Model> {
  const definition = configureCheckpoint(await readConfigFiles(demo), models);
  await using checkpoint = await openCheckpoint(demo);
  return await Model.load(cpu.client, definition, checkpoint, { cache: compiledInThisRun });
}

/** What all tests of a file share. */
export function useArtifacts() {
  const cpu = useCpu();
  /** What the model folder gives of the first prompt. */
  const expected = { greedy: [] as number[], drawn: [] as number[] };
  /** An artifact with executables. */
  let compiled = "";
  beforeAll(async () => {
    compiled = await demoArtifact({ text: true, compiler: { client: cpu.client } });
    using model = await loadDemo(cpu);
    expected.greedy = rowOf(await generated(model, [ids[0]!]), 0);
    expected.drawn = rowOf(await generated(model, [ids[0]!], DRAWN), 0);
  });

  async function load(path: string, options: LoadOptions = {}) {
    const events: ModelEvent[] = [];
    const onEvent = (event: ModelEvent) => events.push(event);
    const model = await loadArtifact(path, cpu.client, { cache: compiledInThisRun, ...options, onEvent });
    /**
     * Which programs were made ready, and how: `decode 1x1 artifact`, or compiled `here`, for this test or for one before; with a cache
     * of its own, `compiler` or `cache`.
     */
    const made = () =>
      events.flatMap((event) => {
        if (event.phase !== "compile" || event.ms === undefined) return [];
        const from = event.from === "artifact" || options.cache !== undefined ? event.from : "here";
        return [`${event.program} ${from}`];
      });
    return { model, events, made };
  }
  return {
    cpu,
    expected,
    load,
    get compiled() {
      return compiled;
    },
  };
}

/** Why executables that were not made here are not run. */
export const REFUSED =
  "executables stored for cpu are not used here: they were not made on this machine, and are native code (--trust-executables, or trustExecutables, runs them)";

/** Other machine code of the same signature (the cosine for tanh), under a manifest that fits it. */
export const trojanOf = ({ cpu, compiled }: Pick<ReturnType<typeof useArtifacts>, "cpu" | "compiled">) =>
  changedCopy(compiled, async (manifest, copy) => {
    const program = manifest.programs.find(({ name }) => name === "decode_1x1")!;
    const text = await readFile(join(copy, program.text!), "utf8");
    const other = text.replaceAll("stablehlo.tanh", "stablehlo.cosine");
    expect(other).not.toBe(text);
    using executable = await cpu.client.compile({ program: other, signature: program });
    const { file } = manifest.compiled[0]!.executables.decode_1x1!;
    return await rewriteFile(manifest, copy, file, executable.program.serialize());
  });

/** The error of a call that fails. */
export async function complaint(run: () => Promise<unknown>): Promise<GriffinError> {
  const failure = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(GriffinError);
  return failure as GriffinError;
}
