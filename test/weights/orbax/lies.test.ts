import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { crc32c } from "../../../src/weights/orbax/crc32c.js";
import { NodeWriter } from "../../../src/weights/orbax/node-writer.js";
import { MANIFEST_MAGIC, NODE_MAGIC } from "../../../src/weights/orbax/ocdbt.js";
import { openOrbax } from "../../../src/weights/orbax/open.js";
import { errorText, temporaryFolder } from "../files.js";

async function valuesOf(folder: string): Promise<readonly (readonly [string, Buffer])[]> {
  await using store = await openOrbax(folder);
  const tensors = [...store.tensors].map(
    async ([name, tensor]) => [name, Buffer.from(await tensor.read())] as const,
  );
  return Promise.all(tensors);
}

const refusal = async (folder: string) =>
  (await errorText(() => valuesOf(folder))).replaceAll(folder, "FOLDER");

/** A folder with one array of bytes, `w`. */
async function arrayOf(array: object, chunk?: Uint8Array, key = "0"): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "w"));
  const plain = { zarr_format: 2, dtype: "|u1", compressor: null };
  await writeFile(join(folder, "w/.zarray"), JSON.stringify({ ...plain, ...array }));
  if (chunk !== undefined) await writeFile(join(folder, "w", key), chunk);
  return folder;
}

/** A folder with one array `w` of a single shard. */
async function shardedArray(shape: readonly number[], chunks: readonly number[], shard: Uint8Array) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "w"));
  const array = {
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: "uint8",
    chunk_grid: { name: "regular", configuration: { chunk_shape: shape } },
    chunk_key_encoding: { name: "v2" },
    codecs: [
      {
        name: "sharding_indexed",
        configuration: {
          chunk_shape: chunks,
          codecs: [{ name: "bytes" }],
          index_codecs: [{ name: "bytes" }, { name: "crc32c" }],
        },
      },
    ],
  };
  await writeFile(join(folder, "w/zarr.json"), JSON.stringify(array));
  await writeFile(join(folder, "w/0"), shard);
  return folder;
}

describe("an array that says what cannot be", () => {
  test("no elements, of chunks without number, has none", async () => {
    const folder = await arrayOf({ shape: [2 ** 52, 0], chunks: [1, 1] });
    expect(await valuesOf(folder)).toEqual([["w", Buffer.of()]]);
  });

  test("more bytes than memory has", async () => {
    const folder = await arrayOf({ shape: [2 ** 52], chunks: [1] });
    const text = `checkpoint error: w: memory has no room for it
  got:      ${2 ** 52} bytes
  at:       FOLDER
  hint:     is it as large as its description says?`;
    expect(await refusal(folder)).toBe(text);
    expect(await refusal(await arrayOf({ shape: [2 ** 52], chunks: [2 ** 52] }))).toBe(text);
  });

  test.each([[[2 ** 40]], [[2 ** 40, 2 ** 40]]])(
    "chunks of sizes %j, which little would be unpacked to",
    async (chunks) => {
      const compressor = { id: "gzip" };
      const bomb = gzipSync(new Uint8Array(2 ** 20));
      const folder = await arrayOf({ shape: chunks.map(() => 1), chunks, compressor }, bomb);
      expect(await refusal(folder)).toMatch(
        /^checkpoint error: w\/\.zarray: its chunks are far larger than it is\n {2}expected: at most 268435456 bytes\n/,
      );
    },
  );

  test("more axes than an array has", async () => {
    const ones = Array.from({ length: 10_000 }, () => 1);
    expect(await refusal(await arrayOf({ shape: [...ones, 2], chunks: [...ones, 1] }))).toMatch(
      /^checkpoint error: w\/\.zarray: not an array that is read here\n {2}got: {6}.*expected array to have <=64 items/,
    );
  });
});

describe("a shard", () => {
  const index = (offset: number, bytes: number): Buffer => {
    const place = Buffer.alloc(20);
    place.writeBigUInt64LE(BigInt(offset));
    place.writeBigUInt64LE(BigInt(bytes), 8);
    place.writeUInt32LE(crc32c(place.subarray(0, 16)), 16);
    return place;
  };

  test("of one number is that number", async () => {
    const folder = await shardedArray([], [], Buffer.concat([Buffer.of(7), index(0, 1)]));
    expect(await valuesOf(folder)).toEqual([["w", Buffer.of(7)]]);
  });

  test("of more chunks than its index has places for", async () => {
    expect(await refusal(await shardedArray([2 ** 50], [1], index(0, 1)))).toMatch(
      /^checkpoint error: w\/0: a shard that is cut off\n {2}expected: an index of \d+ bytes for 1125899906842624 chunks\n {2}got: {6}20 bytes\n/,
    );
  });
});

describe("a database", () => {
  const FILE = { path: "d/nodes", base: "" };

  /** Of one version, whose root has these bytes. */
  async function databaseOf(root: Uint8Array, { length = root.length, height = 0 } = {}): Promise<string> {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "d"));
    await writeFile(join(folder, FILE.path), root);
    const manifest = new NodeWriter();
    manifest.bytes(new Uint8Array(16));
    manifest.varints([0, 1024, 1024, 4, 0]);
    manifest.dataFile(FILE);
    manifest.varints([1, 1, height, 0, 0, length]);
    await writeFile(join(folder, "manifest.ocdbt"), manifest.sealed(MANIFEST_MAGIC));
    return folder;
  }

  const filled = (count: number, value: number) => Array.from({ length: count }, () => value);

  test("of keys that each have all of the one before", async () => {
    const count = 2 ** 17;
    const node = new NodeWriter();
    node.varint(0);
    node.varints([0, count]);
    node.varints(Array.from({ length: count - 1 }, (_, i) => i + 1));
    node.varints(filled(count, 1));
    node.bytes(new Uint8Array(count));
    node.varints(filled(2 * count, 0));
    expect(await refusal(await databaseOf(node.sealed(NODE_MAGIC)))).toBe(
      `checkpoint error: node of the database: its keys are too long
  expected: at most 67108864 bytes together
  at:       FOLDER/d/nodes, byte 0
  hint:     fetch the checkpoint again`,
    );
  });

  test("of more entries than a node has", async () => {
    const node = new NodeWriter();
    node.varint(0);
    node.varints([0, 2 ** 21]);
    node.bytes(new Uint8Array(2 ** 22));
    expect(await refusal(await databaseOf(node.sealed(NODE_MAGIC)))).toBe(
      `checkpoint error: node of the database: it has too many entries
  expected: at most 1048576
  got:      2097151
  at:       FOLDER/d/nodes, byte 0
  hint:     fetch the checkpoint again`,
    );
  });

  test("of a node that is as large as a file can be", async () => {
    const folder = await databaseOf(new Uint8Array(1), { length: 2 ** 40 });
    await truncate(join(folder, FILE.path), 2 ** 40);
    expect(await refusal(folder)).toBe(
      `checkpoint error: node of the database: it is too large
  expected: at most 268435456 bytes
  got:      1099511627776 bytes
  at:       FOLDER/d/nodes, byte 0
  hint:     fetch the checkpoint again`,
    );
  });
});
