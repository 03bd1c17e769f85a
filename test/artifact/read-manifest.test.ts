import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Manifest, openArtifact, type WeightsIndex } from "../../src/artifact/index.js";
import { temporaryFolder } from "../cli/griffin.js";
import { demoArtifact } from "./demo-artifact.js";
import { changedCopy, demo, rewriteFile } from "./exported.js";

const whole = await demoArtifact();

/** The error of opening, with the artifact's path as ARTIFACT. */
async function complaint(path: string): Promise<string> {
  try {
    await using _ = await openArtifact(path);
    return "none";
  } catch (error) {
    return (error as Error).message.replaceAll(path, "ARTIFACT");
  }
}

async function withManifest(text: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "manifest.json"), text);
  return folder;
}

const changed = async (change: (manifest: Manifest) => unknown) =>
  complaint(await changedCopy(whole, (manifest) => change(manifest) as Manifest));

describe("what is no artifact is said to be none", () => {
  test("nothing, an empty folder, a manifest of something else", async () => {
    const empty = await temporaryFolder();
    expect(await complaint(join(empty, "nothing"))).toBe(
      "artifact error: artifact: does not exist\n  at:       ARTIFACT",
    );
    expect(await complaint(empty)).toBe("artifact error: manifest.json: missing\n  at:       ARTIFACT");
    expect(await complaint(await withManifest('{ "name": "my-extension", "manifest_version": 3 }'))).toBe(
      'artifact error: manifest.json: not the manifest of an artifact\n  expected: "format": "stablegriffin artifact" or "stablegriffin program"\n  at:       ARTIFACT',
    );
    expect(await complaint(await withManifest('{ "format": "stable'))).toMatch(
      /^artifact error: manifest\.json: cannot be parsed: .*\n {2}at: {7}ARTIFACT$/,
    );
    const folder = await temporaryFolder();
    await mkdir(join(folder, "manifest.json"));
    expect(await complaint(folder)).toBe("artifact error: manifest.json: not a file\n  at:       ARTIFACT");
  });

  test("a file that is no archive", async () => {
    expect(await complaint(join(demo, "model.safetensors"))).toMatch(
      /^artifact error: archive: .*\n {2}expected: the whole \.zip of an artifact's folder, or the folder itself\n {2}at: /,
    );
  });
});

describe("a manifest is checked before it is used", () => {
  test("one of a newer version says so, whatever else is in it", async () => {
    expect(await changed(() => ({ format: "stablegriffin artifact", schemaVersion: 3, shards: [] }))).toBe(
      [
        "artifact error: manifest.json: written by a newer stablegriffin",
        "  expected: schema version 2",
        "  got:      3",
        "  at:       ARTIFACT",
        "  hint:     run it with the version that exported it, or export it again with this one",
      ].join("\n"),
    );
  });

  test("one of an older version is to be exported again, whatever else is in it", async () => {
    expect(await changed(() => ({ format: "stablegriffin artifact", schemaVersion: 1, model: {} }))).toBe(
      [
        "artifact error: manifest.json: written by an older stablegriffin",
        "  expected: schema version 2",
        "  got:      1",
        "  at:       ARTIFACT",
        "  hint:     export it again with this version (griffin export --force replaces it)",
      ].join("\n"),
    );
  });

  test("every field that is not as it must be is named", async () => {
    const text = await changed(({ batch: _, ...manifest }) => ({
      ...manifest,
      dtype: "f64",
      weights: "../w.json",
    }));
    expect(text.split("\n")[0]).toBe("artifact error: 3 problems in ARTIFACT");
    expect(text).toContain("manifest.json.batch ");
    expect(text).toContain("manifest.json.dtype ");
    expect(text).toMatch(/manifest\.json\.weights +a relative path without \. and \.\./);
  });

  test("what it names must be listed", async () => {
    const text = await changed((manifest) => ({
      ...manifest,
      tokenizer: ["tokenizer/other.json"],
      programs: manifest.programs.map((program) =>
        program.kind === "decode"
          ? { ...program, file: "programs/decode.mlirbc", prepare: "prepare_7" }
          : program,
      ),
    }));
    expect(text).toBe(
      [
        "artifact error: 3 problems in ARTIFACT",
        "                          problem                                        got",
        "  programs/decode.mlirbc  used, but not in the manifest's list of files",
        "  tokenizer/other.json    used, but not in the manifest's list of files",
        "  decode_1x1              its preparing program does not exist           prepare_7",
      ].join("\n"),
    );
  });

  test("no file is listed twice, with a hash that is checked and one that is believed, or under two names that are one", async () => {
    const text = await changed(({ files, ...manifest }) => {
      const readme = files.find(({ path }) => path === "README.md")!;
      const others = ["README.md", "Readme.md"].map((path) => ({ ...readme, path, sha256: "0".repeat(64) }));
      return { ...manifest, files: [...files, ...others] };
    });
    expect(text).toBe(
      [
        "artifact error: 2 problems in ARTIFACT",
        "             problem",
        "  README.md  listed twice",
        "  Readme.md  listed beside README.md, which is the same file on some systems",
      ].join("\n"),
    );
  });
});

describe("what generation relies on", () => {
  test("a batch, and sizes of tokens and logits, are those of the programs", async () => {
    expect(await changed((manifest) => ({ ...manifest, batch: 1e9 }))).toBe(
      "artifact error: batch: no program is of it\n  expected: 1\n  got:      1000000000\n  at:       ARTIFACT",
    );
    const text = await changed(({ programs, ...manifest }) => ({
      ...manifest,
      programs: programs.map((program) => (program.kind === "decode" ? { ...program, time: 1e9 } : program)),
    }));
    expect(text).toBe(
      "artifact error: decode_1x1: takes other tokens\n  expected: [1, 1000000000]\n  got:      [1, 1]\n  at:       ARTIFACT",
    );
    const many = await changed(({ generation, ...manifest }) => ({
      ...manifest,
      generation: { ...generation, vocabSize: 2 ** 52 },
    }));
    const lines = many.split("\n");
    expect(lines[0]).toMatch(/^artifact error: \d+ problems in ARTIFACT$/);
    expect(lines[2]).toMatch(/gives other logits +one for each of 4503599627370496 tokens +\[1, 260\]$/);
  });
});

describe("the index of the weights is checked against the programs", () => {
  test("parameters that it lacks or has in another shape", async () => {
    const index = Buffer.from(
      JSON.stringify({
        ...{ location: "reference", folder: "../demo", files: [{ name: "model.safetensors", bytes: 1 }] },
        tensors: [
          {
            ...{
              parameter: "embed_tokens.weight",
              name: "model.embed_tokens.weight",
              file: "model.safetensors",
            },
            ...{ dtype: "f32", shape: [260, 64], dimensions: [260, 64] },
          },
          {
            ...{ parameter: "final_norm.weight", name: "model.final_norm.weight" },
            ...{ file: "model.safetensors", dtype: "f32", shape: [64], dimensions: [128] },
          },
        ],
        ignored: {},
      }),
    );
    const folder = await changedCopy(whole, (manifest, copy) =>
      rewriteFile(manifest, copy, "weights.index.json", index),
    );
    const text = await complaint(folder);
    expect(text.split("\n")[0]).toBe("artifact error: 112 problems in ARTIFACT");
    expect(text).toMatch(
      /embed_tokens\.weight +of another shape in weights\.index\.json +\[260, 128\] +\[260, 64\]/,
    );
    expect(text).toMatch(
      /model\.final_norm\.weight +stored with another number of elements than taken .* +\[128\] +\[64\]/,
    );
    expect(text).toMatch(/layers\.0\.temporal_pre_norm\.weight +not in weights\.index\.json +\[128\]/);
  });
});

test("other layouts of the weights have a place for every parameter, in which it fits", async () => {
  const problems = async (change: (torch: { tensors: Record<string, unknown>[] }) => void) =>
    complaint(
      await changedCopy(whole, async (manifest, copy) => {
        const text = await readFile(join(copy, "weights.index.json"), "utf8");
        const index = JSON.parse(text) as { layouts: { torch: { tensors: Record<string, unknown>[] } } };
        change(index.layouts.torch);
        return rewriteFile(manifest, copy, "weights.index.json", Buffer.from(JSON.stringify(index)));
      }),
    );
  const embedding = (got: string) =>
    `artifact error: embedder.input_embedding: no place for its parameter in weights.index.json\n  expected: [260, 128]\n  got:      ${got}\n  at:       ARTIFACT`;
  expect(await problems(() => {})).toBe("none");
  expect(await problems(({ tensors }) => void tensors.pop())).toBe(
    "artifact error: torch: another number of tensors in weights.index.json\n  expected: 112 tensors\n  got:      111\n  at:       ARTIFACT",
  );
  expect(await problems(({ tensors }) => Object.assign(tensors[0]!, { shape: [260, 64] }))).toBe(
    embedding("[260, 64]"),
  );
  expect(await problems(({ tensors }) => Object.assign(tensors[0]!, { shape: [2, 260, 128], at: 2 }))).toBe(
    embedding("[2, 260, 128]"),
  );
  expect(await problems(({ tensors }) => Object.assign(tensors[1]!, { transposed: true }))).toMatch(
    /^artifact error: blocks\.0\.\S+: no place for its parameter in weights\.index\.json\n/,
  );
});

describe("the index of the weights names no file elsewhere", () => {
  const weights = (location: string, folder: string, name: string) =>
    changedCopy(whole, async (manifest, copy) => {
      const path = join(copy, "weights.index.json");
      const index = JSON.parse(await readFile(path, "utf8")) as WeightsIndex;
      const changed = { ...index, location, folder, files: [{ name, bytes: 1 }] };
      return rewriteFile(manifest, copy, "weights.index.json", Buffer.from(JSON.stringify(changed)));
    });

  test.each(["../model.safetensors", "/etc/passwd", "a/b", "a\\b", "C:b", "a\0b", "..", ""])(
    "a file %j",
    async (name) => {
      for (const location of ["copied", "reference"])
        expect(await complaint(await weights(location, "weights", name))).toBe(
          "artifact error: weights.index.json.files.0.name: a file name without a folder\n  at:       ARTIFACT",
        );
    },
  );

  test.each(["..", "/etc", "weights/../..", "weights", ""])(
    "a folder %j of files that are said to lie in the artifact, and that the manifest does not list",
    async (folder) => {
      expect(await complaint(await weights("copied", folder, "passwd"))).toBe(
        `artifact error: ${folder}/passwd: used, but not in the manifest's list of files\n  at:       ARTIFACT`,
      );
    },
  );

  test("a program, which would be held against its size alone, as weights are", async () => {
    expect(await complaint(await weights("copied", "programs", "prefill_1x16.mlirbc"))).toBe(
      "artifact error: programs/prefill_1x16.mlirbc: weights in weights.index.json, and something else in manifest.json\n  at:       ARTIFACT",
    );
  });
});
