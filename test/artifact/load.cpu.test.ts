import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { models } from "../../models/index.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { ArtifactModel, type LoadOptions, loadArtifact, type Manifest } from "../../src/artifact/index.js";
import { Model } from "../../src/engine/index.js";
import { CompileCache } from "../../src/runtime-pjrt/index.js";
import type { ModelEvent } from "../../src/serving/index.js";
import { GriffinError, UsageError } from "../../src/support/errors.js";
import { openCheckpoint, readConfigFiles } from "../../src/weights/index.js";
import { useCpu } from "../dsl/cpu.js";
import { held } from "../runtime-pjrt/held.js";
import { generated, rowOf } from "../serving/generated.js";
import { demoArtifact } from "./demo-artifact.js";
import { changedCopy, demo, rewriteFile, sharedFolder } from "./exported.js";

const cpu = useCpu();
const folder = await sharedFolder();
const one = await demoArtifact({ chunk: 64 });
const two = await demoArtifact({ batch: 2 });
let compiled: string;
const prompts = ["In the beginning", "And God said, Let there be light"];
/** What the model folder gives: greedy and drawn, alone and side by side. */
const expected = { greedy: [] as number[], drawn: [] as number[], both: [[], []] as number[][] };
const DRAWN = { temperature: 0.9, topK: 20, seed: 5 };

/** Token ids of the demo model: its tokens are bytes. */
let ids: number[][] = [];

beforeAll(async () => {
  compiled = await demoArtifact({ text: true, compiler: { client: cpu.client } });
  const definition = configureCheckpoint(await readConfigFiles(demo), models);
  await using checkpoint = await openCheckpoint(demo);
  using model = await Model.load(cpu.client, definition, checkpoint, { cache: kept });
  using artifact = await loadArtifact(one, cpu.client);
  const tokenizer = await artifact.tokenizer();
  ids = prompts.map((prompt) => tokenizer.encode(prompt));
  expected.greedy = rowOf(await generated(model, [ids[0]!]), 0);
  expected.drawn = rowOf(await generated(model, [ids[0]!], DRAWN), 0);
  const both = await generated(model, ids);
  expected.both = [rowOf(both, 0), rowOf(both, 1)];
});

/** Tests compile the same programs: each is compiled once. */
const kept = new CompileCache({ folder: join(folder, "kept") });

async function load(path: string, options: LoadOptions = {}) {
  const events: ModelEvent[] = [];
  const onEvent = (event: ModelEvent) => events.push(event);
  const model = await loadArtifact(path, cpu.client, { cache: kept, ...options, onEvent });
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

async function complaint(run: () => Promise<unknown>): Promise<GriffinError> {
  const failure = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(GriffinError);
  return failure as GriffinError;
}

describe("an artifact gives the tokens of its model", () => {
  it("best and drawn, from portable programs", async () => {
    const { model, made } = await load(one);
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect(rowOf(await generated(model, [ids[0]!], DRAWN), 0)).toEqual(expected.drawn);
    expect(made()).toEqual(["prefill 1x64 here", "decode 1x1 here"]);
    expect(model.notes).toEqual([]);
  });

  it("side by side, prompts in as many chunks as they need", async () => {
    const { model, made } = await load(two);
    using _ = model;
    const tokens = await generated(model, ids);
    expect([rowOf(tokens, 0), rowOf(tokens, 1)]).toEqual(expected.both);
    expect(model.chunk).toBe(16);
    expect(made()).toEqual(["prefill 2x16 here", "extend 2x16 here", "decode 2x1 here"]);
  });

  it("from executables stored with it", async () => {
    const { model, made } = await load(compiled);
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect(rowOf(await generated(model, [ids[0]!], DRAWN), 0)).toEqual(expected.drawn);
    expect(made()).toEqual(["prefill 1x16 artifact", "extend 1x16 artifact", "decode 1x1 artifact"]);
    expect(model.notes).toEqual([]);
  });

  it("from an archive, whose unpacked files are gone afterwards", async () => {
    const archive = await demoArtifact({ withWeights: true, text: true, zip: true });
    // Others unpack in the folder of the run.
    const cache = join(folder, "cache of an archive");
    vi.stubEnv("STABLEGRIFFIN_CACHE", cache);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { model } = await load(archive);
    expect(await readdir(join(cache, "unpacked"))).toHaveLength(1);
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    model.close();
    await expect.poll(() => readdir(join(cache, "unpacked"))).toEqual([]);
  });

  it("with the weights of a folder that is named when it is loaded", async () => {
    const without = await changedCopy(one, async (manifest, copy) => {
      const path = manifest.weights;
      const tensors = await tensorsOf(copy, path);
      const index = { location: "none", folder: "", files: [], tensors, ignored: {} };
      return rewriteFile(manifest, copy, path, Buffer.from(JSON.stringify(index)));
    });
    const { message } = await complaint(() => load(without));
    expect(message).toContain("exported without");
    const { model } = await load(without, { weights: demo });
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
  });
});

/** The tensors of a weights index, as of none in particular. */
async function tensorsOf(copy: string, path: string): Promise<readonly object[]> {
  const { tensors } = JSON.parse(await readFile(join(copy, path), "utf8")) as { tensors: object[] };
  return tensors.map((tensor) => ({ ...tensor, file: "" }));
}

describe("a file that changes after the artifact was checked", () => {
  it("is not compiled when it is a program", async () => {
    const copy = await changedCopy(one, (manifest) => manifest);
    const { model } = await load(copy);
    using _ = model;
    const { programs } = JSON.parse(await readFile(join(copy, "manifest.json"), "utf8")) as Manifest;
    const { kind, batch, time, file } = programs.find(({ name }) => name === "decode_1x1")!;
    await writeFile(join(copy, file), "another program");
    expect((await complaint(() => model.ready({ kind, batch, time }))).message).toBe(
      `artifact error: ${file}: changed since it was checked\n  at:       ${copy}`,
    );
    await rm(join(copy, file));
    expect((await complaint(() => model.ready({ kind, batch, time }))).message).toContain(
      `${file}: gone since it was checked`,
    );
  });

  it("is not run when it is an executable: the program is compiled", async () => {
    const copy = await changedCopy(compiled, (manifest) => manifest);
    const { model, made } = await load(copy, { trustExecutables: true });
    using _ = model;
    const manifest = JSON.parse(await readFile(join(copy, "manifest.json"), "utf8")) as Manifest;
    await writeFile(join(copy, manifest.compiled[0]!.executables.decode_1x1!.file), "another executable");
    await model.ready({ kind: "decode", batch: 1, time: 1 });
    expect(made()).toEqual(["decode 1x1 here"]);
    expect(model.notes).toEqual([
      expect.stringMatching(
        /^the stored executable of decode_1x1 is not used: artifact error: \S+: changed since it was checked$/,
      ),
    ]);
  });
});

describe("a stored executable", () => {
  it("made for another plugin or processor is not used; the reason is kept, the program compiled", async () => {
    const elsewhere = await changedCopy(compiled, (manifest) => {
      const [set] = manifest.compiled;
      const { processor } = set!.fingerprint;
      const fingerprint = {
        ...set!.fingerprint,
        plugin: "0".repeat(64),
        processor: `${processor} amx-tile9`,
      };
      return { ...manifest, compiled: [{ ...set!, fingerprint }] };
    });
    const { model, made } = await load(elsewhere);
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect(made()).toEqual(["prefill 1x16 here", "extend 1x16 here", "decode 1x1 here"]);
    expect(model.notes).toEqual([
      expect.stringMatching(
        /^executables stored for cpu are not used here: another plugin: [0-9a-f]{12} here, made for 0{12}; another processor: lacks amx-tile9$/,
      ),
    ]);
  });

  it("that the plugin refuses is not used either", async () => {
    const spoilt = await changedCopy(compiled, (manifest, copy) => {
      const { file } = manifest.compiled[0]!.executables.decode_1x1!;
      return rewriteFile(manifest, copy, file, Buffer.from("no executable"));
    });
    const { model, made, events } = await load(spoilt, { trustExecutables: true });
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect(made()).toEqual(["prefill 1x16 artifact", "extend 1x16 artifact", "decode 1x1 here"]);
    expect(model.notes).toEqual([
      expect.stringMatching(/^the stored executable of decode_1x1 is not used: ./),
    ]);
    expect(events).toContainEqual({ phase: "rejected", program: "decode_1x1", reason: model.notes[0] });
  });
});

describe("an executable from elsewhere is native code that nobody vouches for", () => {
  const REFUSED =
    "executables stored for cpu are not used here: they were not made on this machine, and are native code (--trust-executables, or trustExecutables, runs them)";
  const COMPILED = ["prefill 1x16 here", "extend 1x16 here", "decode 1x1 here"];

  /** Other machine code of the same signature (the cosine for tanh), under a manifest that fits it. */
  const trojan = () =>
    changedCopy(compiled, async (manifest, copy) => {
      const program = manifest.programs.find(({ name }) => name === "decode_1x1")!;
      const text = await readFile(join(copy, program.text!), "utf8");
      const other = text.replaceAll("stablehlo.tanh", "stablehlo.cosine");
      expect(other).not.toBe(text);
      using executable = await cpu.client.compile({ program: other, signature: program });
      const { file } = manifest.compiled[0]!.executables.decode_1x1!;
      return rewriteFile(manifest, copy, file, executable.program.serialize());
    });

  it("so it is not run, and the program is compiled", async () => {
    const { model, made } = await load(await trojan());
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect([made(), model.notes]).toEqual([COMPILED, [REFUSED]]);
  });

  it("but it is when it is trusted", async () => {
    const { model, made } = await load(await trojan(), { trustExecutables: true });
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).not.toEqual(expected.greedy);
    expect(made()).toContain("decode 1x1 artifact");
  });

  it("also when it carries the seal of another machine, or none", async () => {
    const keyFolder = join(folder, "other-machine");
    const { model, made } = await load(compiled, { keyFolder });
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect([made(), model.notes]).toEqual([COMPILED, [REFUSED]]);
    const unsealed = await changedCopy(compiled, (manifest) => {
      const [set] = manifest.compiled;
      const executables = Object.fromEntries(
        Object.entries(set!.executables).map(([name, { file }]) => [name, { file }]),
      );
      return { ...manifest, compiled: [{ ...set!, executables }] };
    });
    const without = await load(unsealed);
    without.model.close();
    expect(without.model.notes).toEqual([REFUSED]);
  });

  it("also when it was made here from another program, or for another processor", async () => {
    const swapped = await changedCopy(compiled, (manifest) => {
      const [set] = manifest.compiled;
      const { decode_1x1, extend_1x16, ...others } = set!.executables;
      const executables = { ...others, decode_1x1: extend_1x16!, extend_1x16: decode_1x1! };
      return { ...manifest, compiled: [{ ...set!, executables }] };
    });
    const { model } = await load(swapped);
    model.close();
    expect(model.notes).toEqual([REFUSED]);
  });

  it("also when the key of this machine cannot be relied on", async () => {
    const keyFolder = join(folder, "open-keys");
    await mkdir(keyFolder);
    await chmod(keyFolder, 0o777);
    const { model } = await load(compiled, { keyFolder });
    model.close();
    expect(model.notes).toEqual([
      `executables stored for cpu are not used here: ${keyFolder} can be written by other users (mode 777); chmod go-w ${keyFolder}`,
    ]);
  });
});

describe("programs of an artifact", () => {
  it("are compiled once a cache has them, what they prepare is prepared once", async () => {
    const cache = new CompileCache({ folder: join(folder, "cache") });
    const first = await load(one, { cache });
    await generated(first.model, [ids[0]!]);
    first.model.close();
    expect(first.made()).toEqual(["prefill 1x64 compiler", "decode 1x1 compiler"]);
    expect((await cache.usage()).programs).toBe(3);
    const second = await load(one, { cache });
    expect(rowOf(await generated(second.model, [ids[0]!]), 0)).toEqual(expected.greedy);
    second.model.close();
    expect(second.made()).toEqual(["prefill 1x64 cache", "decode 1x1 cache"]);
    expect((await cache.usage()).programs).toBe(3);
  });

  it("that there are not are asked for in vain, with what there is", async () => {
    const { model } = await load(one);
    using _ = model;
    const failure = await complaint(() => generated(model, ids));
    expect(failure).toBeInstanceOf(UsageError);
    expect(failure.message).toBe(
      [
        "usage error: the artifact has no program prefill 2x64",
        "  expected: batch 1: prefill of 16, 64; extend of 64; decode of 1",
        "  at:       ARTIFACT",
        "  hint:     give as many prompts as the batch, and leave out the chunk; or export it again for these",
      ]
        .join("\n")
        .replace("ARTIFACT", one),
    );
    const layers = await complaint(() => model.ready({ kind: "prefill", batch: 1, time: 16, probes: true }));
    expect(layers.details.message).toBe("the artifact has no program prefill 1x16 with probes");
  });
});

describe("loading", () => {
  it("tells of weights, then of programs, and frees everything at the end", async () => {
    const before = await held(cpu.client);
    const { model, events } = await load(one);
    expect(model).toBeInstanceOf(ArtifactModel);
    expect(events.at(-1)).toEqual({
      phase: "weights",
      loadedBytes: 1_291_392 * 4,
      totalBytes: 1_291_392 * 4,
    });
    await generated(model, [ids[0]!], { maxNewTokens: 2 });
    model.close();
    expect(await held(cpu.client)).toEqual(before);
  });

  it("makes programs while the weights are read, when it is told which", async () => {
    const programs = [{ kind: "prefill", batch: 1, time: 16 }] as const;
    const { model, made } = await load(compiled, { programs });
    using _ = model;
    expect(made()).toEqual(["prefill 1x16 artifact"]);
    const before = await held(cpu.client);
    const others = [{ kind: "prefill", batch: 3, time: 16 }] as const;
    const { details } = await complaint(() => load(compiled, { programs: others }));
    expect(details.message).toBe("the artifact has no program prefill 3x16");
    await expect.poll(() => held(cpu.client)).toEqual(before);
  });

  it("refuses an artifact that has changed, and holds nothing then", async () => {
    const before = await held(cpu.client);
    const changed = await changedCopy(one, async (manifest, copy) => {
      await rewriteFile(manifest, copy, "programs/decode_1x1.mlirbc", Buffer.from("changed"));
      return manifest;
    });
    const { message } = await complaint(() => load(changed));
    expect(message).toMatch(/^artifact error: .*programs\/decode_1x1\.mlirbc/s);
    expect(await held(cpu.client)).toEqual(before);
  });
});
