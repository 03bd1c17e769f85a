/** @file A model folder that somebody put other things into than files of its own, and files that nest without an end. */
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseExample } from "../../src/data/example.js";
import { readDescription } from "../../src/golden/files.js";
import { loadChatTemplate, loadTokenizer } from "../../src/tokens/index.js";
import { openCheckpoint, openSafetensors, openStore, readConfigFiles } from "../../src/weights/index.js";
import { formatOf } from "../../src/cli/format.js";
import { nestedJson, replaceBy, strangeFiles } from "../support/files/strange-files.js";
import { errorText, rawSafetensors, temporaryFolder } from "./files.js";
import { z } from "zod";

/** Files of a folder, and what reads each. */
const readers: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  "config.json": readConfigFiles,
  "generation_config.json": async (folder) => {
    await writeFile(join(folder, "config.json"), "{}");
    return readConfigFiles(folder);
  },
  "model.safetensors.index.json": openCheckpoint,
  "tokenizer.json": (folder) => loadTokenizer(folder, 2),
  "tokenizer_config.json": loadChatTemplate,
  "golden.json": (folder) => readDescription(folder, "golden.json", z.object({})),
};

/** Of these nothing is parsed as JSON. */
const others: typeof readers = {
  "model.safetensors": openCheckpoint,
  "weights.safetensors": (folder) => openStore(join(folder, "weights.safetensors")),
  "tokenizer.model": (folder) => loadTokenizer(folder, 2),
  "chat_template.jinja": loadChatTemplate,
};

const SMALL = { timeout: 20_000 };
const KINDS = /^(?:checkpoint|usage|golden) error: /;

describe.each(Object.entries({ ...readers, ...others }))("%s", (name, read) => {
  test.each(Object.keys(strangeFiles))("that is %s is refused", SMALL, async (what) => {
    const folder = await temporaryFolder();
    await replaceBy(what, join(folder, name));
    const text = await errorText(() => read(folder));
    expect(text).toMatch(KINDS);
    expect(text.replaceAll(folder, "FOLDER")).toContain(`FOLDER/${name}`);
    if (what === "a file of a terabyte")
      return expect(text).toMatch(/1099511627776|header: not a JSON object/);
    if (what !== "a link to itself" && !(what === "a folder" && name === "weights.safetensors"))
      expect(text).toContain("not a file");
  });
});

describe.each(Object.entries(readers))("%s", (name, read) => {
  test.each(["[", '{"a":'] as const)(
    "that nests %s a hundred thousand times is refused",
    SMALL,
    async (opening) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, name), nestedJson(100_000, opening));
      const text = await errorText(() => read(folder));
      expect(text).toMatch(KINDS);
      expect(text).toContain(`nested more than 200 deep at position ${200 * opening.length}`);
    },
  );
});

describe("what nests a hundred thousand times is refused", () => {
  const deep = nestedJson(100_000, '{"a":');

  test("in the header of a safetensors file", SMALL, async () => {
    const path = join(await temporaryFolder(), "model.safetensors");
    await writeFile(path, rawSafetensors(`{"__metadata__": ${deep}}`, 0));
    expect(await errorText(() => openSafetensors(path))).toContain("nested more than 200 deep at position");
  });

  test("in a line of data", SMALL, () => {
    expect(() => parseExample(`{"text": ${deep}}`, "data.jsonl:1")).toThrow(
      /nested more than 200 deep at position/,
    );
  });

  test("in a schema", SMALL, async () => {
    const path = join(await temporaryFolder(), "schema.json");
    await writeFile(path, `{"items": ${deep}}`);
    expect(
      (await errorText(() => formatOf(new AbortController(), { jsonSchema: path }))).replace(path, "PATH"),
    ).toBe(
      "usage error: --json-schema is no JSON\n  got:      nested more than 200 deep at position 1005\n  at:       PATH",
    );
  });
});

test.each([
  [
    "manifest.ocdbt",
    "a pipe that nobody writes to",
    "checkpoint error: file: not a file\n  at:       FOLDER/manifest.ocdbt",
  ],
  [
    "manifest.ocdbt",
    "a file of a terabyte",
    /^checkpoint error: .*too large\n {2}expected: at most 16777216 bytes\n {2}got: {6}1099511627776 bytes\n {2}at: {7}FOLDER\/manifest\.ocdbt/,
  ],
  [
    ".zarray",
    "a file of a terabyte",
    /^checkpoint error: w\/\.zarray: too large\n {2}expected: at most 1048576 bytes\n {2}got: {6}1099511627776 bytes\n/,
  ],
  [
    "0",
    "a file of a terabyte",
    /^checkpoint error: w\/0: a chunk of another size\n {2}expected: 16 bytes for f32 \[4\]\n {2}got: {6}1099511627776 bytes\n/,
  ],
])("%s of orbax that is %s is refused", SMALL, async (name, what, expected) => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "w"));
  const array = { zarr_format: 2, shape: [4], chunks: [4], dtype: "<f4", compressor: null, fill_value: null };
  await writeFile(join(folder, "w", ".zarray"), JSON.stringify({ ...array, order: "C", filters: null }));
  await writeFile(join(folder, "w", "0"), new Uint8Array(16));
  await replaceBy(what, name === "manifest.ocdbt" ? join(folder, name) : join(folder, "w", name));
  const text = await errorText(async () => {
    await using store = await openStore(folder);
    for (const tensor of store.tensors.values()) await tensor.read();
  });
  expect(text.replaceAll(folder, "FOLDER")).toMatch(expected);
});

test("a tensor that is larger than an array can be is refused when it is read", SMALL, async () => {
  const path = join(await temporaryFolder(), "model.safetensors");
  const header = rawSafetensors({ w: { dtype: "F32", shape: [2 ** 38], data_offsets: [0, 2 ** 40] } }, 0);
  await writeFile(path, header);
  await truncate(path, header.length + 2 ** 40);
  await using file = await openSafetensors(path);
  const text = await errorText(() => file.tensors.get("w")!.read());
  expect(text.replace(path, "PATH")).toMatch(
    /^checkpoint error: file: cannot be read \(.*\)\n {2}got: {6}1099511627776 bytes at once\n {2}at: {7}PATH$/,
  );
});
