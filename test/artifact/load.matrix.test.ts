import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { CompileCache } from "../../src/runtime-pjrt/index.js";
import { generated, rowOf } from "../serving/generated.js";
import { demoArtifact } from "./demo-artifact.js";
import { changedCopy, demo, rewriteFile, sharedFolder } from "./exported.js";
import { complaint, DRAWN, ids, loadDemo, REFUSED, trojanOf, useArtifacts } from "./loading.js";

const artifacts = useArtifacts();
const { cpu, expected, load } = artifacts;
const folder = await sharedFolder();
const one = await demoArtifact({ chunk: 64, samplers: true });
const two = await demoArtifact({ batch: 2, samplers: true });

describe("an artifact gives the tokens of its model", () => {
  it("side by side, prompts in as many chunks as they need", async () => {
    using whole = await loadDemo(cpu);
    const both = await generated(whole, ids);
    const { model, made } = await load(two);
    using _ = model;
    const tokens = await generated(model, ids);
    expect([rowOf(tokens, 0), rowOf(tokens, 1)]).toEqual([rowOf(both, 0), rowOf(both, 1)]);
    expect(model.chunk).toBe(16);
    expect(made()).toEqual(["prefill 2x16 here", "extend 2x16 here", "decode 2x1 here"]);
  });

  it("drawn by executables stored with it", async () => {
    const stored = await demoArtifact({ samplers: true, compiler: { client: cpu.client } });
    const { model, made } = await load(stored);
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!], DRAWN), 0)).toEqual(expected.drawn);
    expect(made()).toEqual([
      ...["sampler 1 artifact", "prefill 1x16 artifact", "extend 1x16 artifact", "decode 1x1 artifact"],
    ]);
    expect(model.notes).toEqual([]);
  }, 120_000);

  it("drawn on the device, and as before by the host where it has no programs for that", async () => {
    const options = [
      { temperature: 0.9, seed: 3 },
      { topK: 300, temperature: 1.5, seed: 2 },
      { topP: 0.9, minP: 0.01, repetitionPenalty: 1.2, logitBias: new Map([[7, 2]]), seed: 1, logprobs: 2 },
      { presencePenalty: 0.5, seed: 4, logprobs: 0 },
    ];
    const drawing = await demoArtifact({ samplers: true });
    const old = await changedCopy(drawing, (manifest) => ({
      ...manifest,
      programs: manifest.programs.filter(({ kind }) => kind !== "sampler"),
    }));
    const [now, before] = [await load(drawing), await load(old)];
    using device = now.model;
    using host = before.model;
    for (const each of options) {
      const [drawn, same] = [
        await generated(device, [ids[0]!], each),
        await generated(host, [ids[0]!], each),
      ];
      expect(rowOf(drawn, 0)).toEqual(rowOf(same, 0));
      const tops = (tokens: typeof drawn) =>
        tokens.map(({ logprobs }) => logprobs?.top.map(({ token }) => token));
      expect(tops(drawn)).toEqual(tops(same));
    }
    expect(now.made().filter((program) => program.startsWith("sampler"))).toHaveLength(4);
    expect(before.made().filter((program) => program.startsWith("sampler"))).toEqual([]);
  });

  it("several in one call, where it was exported for that; else one by one, and more only if nobody asks", async () => {
    const many = await load(await demoArtifact({ samplers: true, tokensPerCall: 4 }));
    using model = many.model;
    const ends = { maxNewTokens: 20, eosIds: [] };
    const adjusted = { ...DRAWN, repetitionPenalty: 1.2, logprobs: 2 };
    for (const options of [{}, DRAWN, adjusted]) {
      const all = { ...options, ...ends };
      const told = (tokens: Awaited<ReturnType<typeof generated>>) =>
        tokens.map(({ token, logprobs }) => [token, ...(logprobs?.top.map((top) => top.token) ?? [])]);
      expect(told(await generated(model, [ids[0]!], all))).toEqual(
        told(await generated(model, [ids[0]!], { ...all, tokensPerCall: 1 })),
      );
    }
    expect(many.made().filter((program) => program.startsWith("loop"))).toEqual([
      "loop 1x4 here",
      "loop 1x4 here",
      "loop 1x4 here",
    ]);
    using without = (await load(one)).model;
    await generated(without, [ids[0]!], ends);
    const { message } = await complaint(() => generated(without, [ids[0]!], { tokensPerCall: 4 }));
    expect(message.split("\n")).toEqual([
      "usage error: the artifact has no program that makes several tokens in one call",
      "  expected: one of at most 4 tokens, for 1 row",
      "  hint:     export it with --tokens-per-call, or leave it out here: tokens are made one by one then",
    ]);
  }, 120_000);

  it("with as many rows as it has, whatever the number of prompts", async () => {
    const { model } = await load(two);
    using _ = model;
    const tokens = await generated(model, [ids[0]!, ids[1]!, ids[0]!]);
    expect([0, 2].map((row) => rowOf(tokens, row))).toEqual([expected.greedy, expected.greedy]);
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
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

it("a stored executable that the plugin refuses is not used", async () => {
  const spoilt = await changedCopy(artifacts.compiled, (manifest, copy) => {
    const { file } = manifest.compiled[0]!.executables.decode_1x1!;
    return rewriteFile(manifest, copy, file, Buffer.from("no executable"));
  });
  const { model, made, events } = await load(spoilt, { trustExecutables: true });
  using _ = model;
  expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
  expect(made()).toEqual(["prefill 1x16 artifact", "extend 1x16 artifact", "decode 1x1 here"]);
  expect(model.notes).toEqual([expect.stringMatching(/^the stored executable of decode_1x1 is not used: ./)]);
  expect(events).toContainEqual({ phase: "rejected", program: "decode_1x1", reason: model.notes[0] });
});

describe("an executable from elsewhere is native code that nobody vouches for", () => {
  it("that is run when it is trusted", async () => {
    const { model, made } = await load(await trojanOf(artifacts), { trustExecutables: true });
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).not.toEqual(expected.greedy);
    expect(made()).toContain("decode 1x1 artifact");
  });

  it("that is not run when it carries the seal of another machine, or none", async () => {
    const keyFolder = join(folder, "other-machine");
    const { model, made } = await load(artifacts.compiled, { keyFolder });
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect([made(), model.notes]).toEqual([
      ["prefill 1x16 here", "extend 1x16 here", "decode 1x1 here"],
      [REFUSED],
    ]);
    const unsealed = await changedCopy(artifacts.compiled, (manifest) => {
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

  it("nor when it was made here from another program, or for another processor", async () => {
    const swapped = await changedCopy(artifacts.compiled, (manifest) => {
      const [set] = manifest.compiled;
      const { decode_1x1, extend_1x16, ...others } = set!.executables;
      const executables = { ...others, decode_1x1: extend_1x16!, extend_1x16: decode_1x1! };
      return { ...manifest, compiled: [{ ...set!, executables }] };
    });
    const { model } = await load(swapped);
    model.close();
    expect(model.notes).toEqual([REFUSED]);
  });

  it("nor when the key of this machine cannot be relied on", async () => {
    const keyFolder = join(folder, "open-keys");
    await mkdir(keyFolder);
    await chmod(keyFolder, 0o777);
    const { model } = await load(artifacts.compiled, { keyFolder });
    model.close();
    expect(model.notes).toEqual([
      `executables stored for cpu are not used here: ${keyFolder} can be written by other users (mode 777); chmod go-w ${keyFolder}`,
    ]);
  });
});

it("programs of an artifact are compiled once a cache has them; what they prepare is prepared once", async () => {
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
