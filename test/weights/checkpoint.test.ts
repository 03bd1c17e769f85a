import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoint } from "../../src/weights/checkpoint.js";
import { readConfigFiles } from "../../src/weights/read-config-files.js";
import { writeSafetensors } from "../../src/weights/write.js";
import { errorText, TINY_CONFIG, temporaryFolder } from "./files.js";

const one = (value: number) => ({ dtype: "ui8", shape: [1], data: Uint8Array.of(value) }) as const;

/** A folder with these files: text as it is, objects of numbers as safetensors files of one-byte tensors. */
async function modelFolder(
  files: Readonly<Record<string, string | Readonly<Record<string, number>>>>,
): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "config.json"), JSON.stringify(TINY_CONFIG));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (typeof content === "string") await writeFile(path, content);
    else {
      const tensors = Object.entries(content).map(([tensor, value]) => [tensor, one(value)] as const);
      await writeSafetensors(path, Object.fromEntries(tensors));
    }
  }
  return folder;
}

const indexOf = (weight_map: object) => ({ "model.safetensors.index.json": JSON.stringify({ weight_map }) });

/** Reads a folder as whoever loads a model does: what it says it is, then its weights. */
async function openFolder(folder: string) {
  await readConfigFiles(folder);
  return openCheckpoint(folder);
}

/** The error of opening a folder with these files, its path written FOLDER. */
async function openError(files: Parameters<typeof modelFolder>[0]): Promise<string> {
  const folder = await modelFolder(files);
  return (await errorText(() => openFolder(folder))).replaceAll(folder, "FOLDER");
}

describe("a sound folder", () => {
  test("one file: configuration and tensors", async () => {
    const folder = await modelFolder({
      "model.safetensors": { a: 1, b: 2 },
      "generation_config.json": '{"eos_token_id": [1, 5]}',
    });
    const { where, config, generation } = await readConfigFiles(folder);
    expect([where, config]).toEqual([join(folder, "config.json"), TINY_CONFIG]);
    expect(generation).toEqual({ eos_token_id: [1, 5] });
    await using checkpoint = await openCheckpoint(folder);
    expect([...checkpoint.tensors.keys()]).toEqual(["a", "b"]);
    expect(await checkpoint.tensors.get("b")!.read()).toEqual(Uint8Array.of(2));
  });

  test("shards with an index", async () => {
    const folder = await modelFolder({
      "one.safetensors": { a: 1 },
      "two.safetensors": { b: 2, c: 3 },
      ...indexOf({ a: "one.safetensors", b: "two.safetensors", c: "two.safetensors" }),
    });
    await using checkpoint = await openCheckpoint(folder);
    expect([...checkpoint.tensors.keys()]).toEqual(["a", "b", "c"]);
    expect(await checkpoint.tensors.get("c")!.read()).toEqual(Uint8Array.of(3));
  });

  test("a closed checkpoint cannot be read", async () => {
    const checkpoint = await openCheckpoint(await modelFolder({ "model.safetensors": { a: 1 } }));
    await checkpoint.close();
    await expect(checkpoint.tensors.get("a")!.read()).rejects.toThrow(/closed/);
  });
});

describe("a folder that is not a checkpoint", () => {
  test("no folder, no configuration", async () => {
    const folder = await temporaryFolder();
    expect(await errorText(() => openFolder(folder))).toBe(
      [
        "checkpoint error: file: does not exist",
        `  at:       ${join(folder, "config.json")}`,
        "  hint:     give the folder of a checkpoint in the Hugging Face layout",
      ].join("\n"),
    );
    expect(await errorText(() => openCheckpoint(join(folder, "none")))).toMatch(/does not exist/);
  });

  test("a configuration that is not JSON, or no object", async () => {
    expect(await openError({ "config.json": "{" })).toMatch(
      /^checkpoint error: file: cannot be parsed: .*\n {2}at: {7}FOLDER\/config.json$/,
    );
    expect(await openError({ "config.json": "[]" })).toBe(
      "checkpoint error: file: cannot be parsed: not a JSON object\n  at:       FOLDER/config.json",
    );
    const folder = await temporaryFolder();
    await mkdir(join(folder, "config.json"));
    expect(await errorText(() => readConfigFiles(folder))).toMatch("file: not a file");
  });

  test("no weights: what lies there instead is named", async () => {
    expect(await openError({ "model.gguf": "" })).toBe(
      [
        "checkpoint error: weights: not found",
        "  expected: model.safetensors, model.safetensors.index.json with its shards, one file of torch.save (.pt), or one folder of orbax",
        "  got:      model.gguf",
        "  at:       FOLDER",
      ].join("\n"),
    );
    expect(await openError({})).toMatch(/got: {6}no file of weights/);
    expect(await openError({ "a.pt": "", "b.pt": "" })).toMatch(
      /^checkpoint error: weights: more than one could be meant\n.*\n {2}got: {6}a\.pt, b\.pt\n/,
    );
    expect(await openError({ "pytorch_model.bin": "" })).toBe(
      [
        "checkpoint error: file: not what torch.save writes",
        "  expected: a zip archive with data.pkl",
        "  got:      0 bytes that begin otherwise",
        "  at:       FOLDER/pytorch_model.bin",
      ].join("\n"),
    );
  });

  test("an index without a map of files", async () => {
    expect(await openError({ "model.safetensors.index.json": '{"weight_map": {"a": 1}}' })).toBe(
      [
        "checkpoint error: weight_map: not an object of file names",
        "  at:       FOLDER/model.safetensors.index.json",
      ].join("\n"),
    );
  });
});

describe("an index that does not fit its shards", () => {
  test("a missing and a damaged shard", async () => {
    const files = {
      "one.safetensors": { a: 1 },
      "three.safetensors": "cut off",
      ...indexOf({ a: "one.safetensors", b: "two.safetensors", c: "three.safetensors" }),
    };
    expect(await openError(files)).toMatchInlineSnapshot(`
      "checkpoint error: 2 problems in FOLDER
                           problem                                                 expected          got      hint
        two.safetensors    file: does not exist
        three.safetensors  header: the file is too short to be a safetensors file  at least 8 bytes  7 bytes  the file was probably cut off while it was downloaded or copied; fetch it again"
    `);
  });

  test("a stale entry, a tensor in another shard, one that is not listed, one that is there twice", async () => {
    const files = {
      "one.safetensors": { a: 1, b: 2, d: 4 },
      "two.safetensors": { c: 3, d: 4 },
      ...indexOf({
        a: "one.safetensors",
        b: "two.safetensors",
        c: "two.safetensors",
        d: "two.safetensors",
        gone: "one.safetensors",
      }),
    };
    expect(await openError(files)).toMatchInlineSnapshot(`
      "checkpoint error: 3 problems in FOLDER
              problem                                expected         got
        d     stored twice                                            one.safetensors, two.safetensors
        b     not in the shard that the index names  two.safetensors  one.safetensors
        gone  in the index but in no shard           one.safetensors"
    `);
    const unlisted = { "one.safetensors": { a: 1, b: 2 }, ...indexOf({ a: "one.safetensors" }) };
    expect(await openError(unlisted)).toBe(
      [
        "checkpoint error: b: in a shard but not in the index",
        "  got:      one.safetensors",
        "  at:       FOLDER",
      ].join("\n"),
    );
  });

  test.each(["../other.safetensors", "/etc/passwd", "a/b", "..", "", "c:x"])(
    "a shard outside the folder: %j",
    async (shard) => {
      expect(await openError(indexOf({ a: shard }))).toBe(
        [
          `checkpoint error: ${shard}: model.safetensors.index.json: names a file outside its folder`,
          "  expected: a plain file name",
          "  at:       FOLDER",
        ].join("\n"),
      );
    },
  );
});
