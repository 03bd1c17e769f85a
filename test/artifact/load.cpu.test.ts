import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ArtifactModel, type Manifest } from "../../src/artifact/index.js";
import { UsageError } from "../../src/support/errors.js";
import { held } from "../runtime-pjrt/held.js";
import { generated, rowOf } from "../serving/generated.js";
import { demoArtifact } from "./demo-artifact.js";
import { changedCopy, rewriteFile } from "./exported.js";
import { complaint, DRAWN, ids, REFUSED, trojanOf, useArtifacts } from "./loading.js";

const artifacts = useArtifacts();
const { cpu, expected, load } = artifacts;
const one = await demoArtifact();

describe("an artifact gives the tokens of its model", () => {
  it("best and drawn, from portable programs", async () => {
    const { model, made } = await load(one);
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect(rowOf(await generated(model, [ids[0]!], DRAWN), 0)).toEqual(expected.drawn);
    expect(made()).toEqual(["prefill 1x16 here", "extend 1x16 here", "decode 1x1 here"]);
    expect(model.notes).toEqual([]);
  });

  it("from executables stored with it", async () => {
    const { model, made } = await load(artifacts.compiled);
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect(rowOf(await generated(model, [ids[0]!], DRAWN), 0)).toEqual(expected.drawn);
    expect(made()).toEqual(["prefill 1x16 artifact", "extend 1x16 artifact", "decode 1x1 artifact"]);
    expect(model.notes).toEqual([]);
  });
});

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
    const copy = await changedCopy(artifacts.compiled, (manifest) => manifest);
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
    const elsewhere = await changedCopy(artifacts.compiled, (manifest) => {
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
});

describe("an executable from elsewhere is native code that nobody vouches for", () => {
  it("so it is not run, and the program is compiled", async () => {
    const { model, made } = await load(await trojanOf(artifacts));
    using _ = model;
    expect(rowOf(await generated(model, [ids[0]!]), 0)).toEqual(expected.greedy);
    expect([made(), model.notes]).toEqual([
      ["prefill 1x16 here", "extend 1x16 here", "decode 1x1 here"],
      [REFUSED],
    ]);
  });
});

describe("programs of an artifact", () => {
  it("that there are not are asked for in vain, with what there is", async () => {
    const { model } = await load(one);
    using _ = model;
    const failure = await complaint(() => generated(model, ids, { batch: 2 }));
    expect(failure).toBeInstanceOf(UsageError);
    expect(failure.message).toBe(
      [
        "usage error: the artifact has no program prefill 2x16",
        "  expected: batch 1: prefill of 16; extend of 16; decode of 1",
        "  at:       ARTIFACT",
        "  hint:     leave out batch and chunk, or export it again for these",
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
    const { model, made } = await load(artifacts.compiled, { programs });
    using _ = model;
    expect(made()).toEqual(["prefill 1x16 artifact"]);
    const before = await held(cpu.client);
    const others = [{ kind: "prefill", batch: 3, time: 16 }] as const;
    const { details } = await complaint(() => load(artifacts.compiled, { programs: others }));
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
