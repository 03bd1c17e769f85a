import { cp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { crc32c } from "../../../src/weights/orbax/crc32c.js";
import { openOrbax } from "../../../src/weights/orbax/open.js";
import { writeOrbax } from "../../../src/weights/orbax/write.js";
import { errorText, temporaryFolder } from "../files.js";

/** A folder that make.py made. */
const made = (name: string) => join(import.meta.dirname, name);

/** A copy that a test may spoil. */
async function copyOf(name: string): Promise<string> {
  const folder = join(await temporaryFolder(), name);
  await cp(made(name), folder, { recursive: true });
  return folder;
}

/** All tensors of a folder. */
async function valuesOf(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  await using store = await openOrbax(folder);
  const values = new Map<string, Buffer>();
  for (const [name, tensor] of store.tensors) values.set(name, Buffer.from(await tensor.read()));
  return values;
}

const f32 = (values: Iterable<number>) => Buffer.from(Float32Array.from(values).buffer);

const counted = Array.from({ length: 35 }, (_, i) => i);

test("what orbax wrote: keys of the tree, the dict around it left out, bf16, and zeros that are stored", async () => {
  await using store = await openOrbax(made("saved"));
  expect(store.format).toBe("orbax");
  const types = [...store.tensors.values()].map(({ name, dtype, shape }) => `${name} ${dtype} [${shape}]`);
  expect(types).toEqual(["a.b f32 [5]", "a.w f32 [2,3,4]", "c bf16 [2]"]);
  const values = await valuesOf(made("saved"));
  expect(values.get("a.w")).toEqual(f32(counted.slice(0, 24)));
  expect(values.get("a.b")).toEqual(f32([0, 0, 0, 0, 0]));
  expect(values.get("c")).toEqual(Buffer.from([0x80, 0x3f, 0x20, 0xc0]));
});

test("a tree of several levels, values in nodes and apart, arrays of several chunks", async () => {
  const values = await valuesOf(made("levels"));
  expect([...values.keys()].sort()).toEqual(Array.from({ length: 12 }, (_, i) => `blocks.${i}.w`).sort());
  for (let i = 0; i < 12; i++)
    expect(values.get(`blocks.${i}.w`)).toEqual(f32([10 * i, 10 * i + 1, 10 * i + 2]));
});

test("arrays in folders: every compressor and order of zarr, and its version 3", async () => {
  await using store = await openOrbax(made("zarr"));
  expect(store.format).toBe("orbax-zarr");
  const values = await valuesOf(made("zarr"));
  for (const name of ["plain", "fortran", "blosc", "zstd"])
    expect(values.get(name), name).toEqual(f32(counted));
  const bf16 = Buffer.from(
    Uint16Array.from(counted, (value) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16).buffer,
  );
  expect(values.get("three")).toEqual(bf16);
});

test("shards: chunks stored together, the index behind them or before them", async () => {
  const values = await valuesOf(made("sharded"));
  const expected = f32(counted.map((i) => i + 1));
  expect(Object.fromEntries(values)).toEqual({ end: expected, start: expected });
});

test("a tensor is read into given memory, or into memory that is its own alone", async () => {
  for (const folder of ["zarr", "saved", "levels", "sharded"]) {
    await using store = await openOrbax(made(folder));
    for (const tensor of store.tensors.values()) {
      const into = new Uint8Array(tensor.bytes);
      expect(await tensor.read(into)).toBe(into);
      const fresh = await tensor.read();
      expect(into).toEqual(fresh);
      expect(fresh.buffer.byteLength).toBe(tensor.bytes);
    }
  }
});

test.each(["C", "F"])("a value of more bytes than are read at a time, in order %s", async (order) => {
  const path = join(await temporaryFolder(), "large");
  const one = { dtype: "ui8", shape: [1], read: async () => Uint8Array.of(1) } as const;
  await writeOrbax(path, [["w", one]], "orbax-zarr");
  const bytes = 2 ** 28 + 1;
  const array = JSON.parse(await readFile(join(path, "w/.zarray"), "utf8")) as object;
  const large = { ...array, shape: [bytes], chunks: [bytes], order };
  await writeFile(join(path, "w/.zarray"), JSON.stringify(large));
  // Nothing but its ends is on the disk.
  await using file = await open(join(path, "w/0"), "r+");
  await file.write(Uint8Array.of(7), 0, 1, bytes - 1);
  await using store = await openOrbax(path);
  const read = await store.tensors.get("w")!.read();
  expect([read.length, read[0], read[1], read[bytes - 1]]).toEqual([bytes, 1, 0, 7]);
});

describe("a folder that is not as it was saved", () => {
  const refusal = async (folder: string) =>
    (await errorText(() => valuesOf(folder))).replaceAll(folder, "FOLDER");

  test("a chunk that is cut off, missing or of another size", async () => {
    const folder = await copyOf("zarr");
    const chunk = join(folder, "zstd/0/0");
    const bytes = await readFile(chunk);
    await writeFile(chunk, bytes.subarray(0, bytes.length - 5));
    expect(await refusal(folder)).toMatch(
      /^checkpoint error: zstd\/0\/0: not what zstd compressed\n {2}expected: a whole compressed chunk\n {2}got: .*\n {2}at: {7}FOLDER\n {2}hint: {5}fetch the checkpoint again$/,
    );
    await rm(chunk);
    expect(await refusal(folder)).toBe(
      `checkpoint error: zstd/0/0: missing
  expected: a chunk of 24 bytes
  at:       FOLDER
  hint:     fetch the checkpoint again: what is not there might have been anything`,
    );
    await writeFile(chunk, bytes);
    await writeFile(join(folder, "plain/0.0"), new Uint8Array(20));
    expect(await refusal(folder)).toBe(
      `checkpoint error: plain/0.0: a chunk of another size
  expected: 24 bytes for f32 [2, 3]
  got:      20 bytes
  at:       FOLDER
  hint:     fetch the checkpoint again`,
    );
  });

  test.each(["blosc", "fortran"])("a chunk of %s that is cut off anywhere", async (name) => {
    const folder = await copyOf("zarr");
    const chunk = join(folder, name, "0.0");
    const bytes = await readFile(chunk);
    for (let length = 0; length < bytes.length; length++) {
      await writeFile(chunk, bytes.subarray(0, length));
      expect(await refusal(folder), `${length} bytes`).toMatch(
        new RegExp(`^checkpoint error: ${name}/0\\.0: not what (blosc|zlib) compressed\n`),
      );
    }
  });

  test("a shard whose index is cut off, changed, or names bytes that are not there", async () => {
    const folder = await copyOf("sharded");
    const path = join(folder, "start/c/0/0");
    const bytes = await readFile(path);
    const spoilt = async (change: (shard: Buffer) => Buffer): Promise<string> => {
      await writeFile(path, change(Buffer.from(bytes)));
      return refusal(folder);
    };
    expect(await spoilt((shard) => shard.subarray(0, 60))).toBe(
      `checkpoint error: start/c/0/0: a shard that is cut off
  expected: an index of 68 bytes for 4 chunks
  got:      60 bytes
  at:       FOLDER
  hint:     fetch the checkpoint again`,
    );
    expect(await spoilt((shard) => shard.fill(9, 0, 1))).toBe(
      "checkpoint error: index of start/c/0/0: its bytes are not those that were saved\n  at:       FOLDER\n  hint:     fetch the checkpoint again",
    );
    expect(await spoilt((shard) => shard.subarray(0, -1))).toBe(
      `checkpoint error: start/c/0/0: a shard whose index names bytes that are not there
  expected: bytes 0 to 179
  got:      bytes 152 to 180 for chunk 3
  at:       FOLDER
  hint:     fetch the checkpoint again`,
    );
    expect(await spoilt((shard) => shard.fill(shard[0]! ^ 1, 70, 71))).toBe(
      "checkpoint error: start/c/0/0, chunk 0.0: its bytes are not those that were saved\n  at:       FOLDER\n  hint:     fetch the checkpoint again",
    );
    const nowhere = (shard: Buffer) => {
      shard.fill(255, 0, 16);
      shard.writeUInt32LE(crc32c(shard.subarray(0, 64)), 64);
      return shard;
    };
    expect(await spoilt(nowhere)).toBe(
      `checkpoint error: start/c/0/0, chunk 0.0: missing
  expected: a chunk of 24 bytes
  at:       FOLDER
  hint:     fetch the checkpoint again: what is not there might have been anything`,
    );
  });

  test("chunks that do not fill their shard", async () => {
    const folder = await copyOf("sharded");
    const path = join(folder, "end/zarr.json");
    await writeFile(
      path,
      (await readFile(path, "utf8")).replace(/"chunk_shape":\s*\[2,\s*3\]/, '"chunk_shape":[2,4]'),
    );
    expect(await refusal(folder)).toBe(
      `checkpoint error: end/zarr.json: not an array that is read here
  got:      ✖ codecs: the chunks of a shard do not fill it
  at:       FOLDER`,
    );
  });

  test("a checksum of a chunk that differs", async () => {
    const folder = await copyOf("zarr");
    const chunk = join(folder, "three/c/0/0");
    const bytes = await readFile(chunk);
    bytes[3]! ^= 1;
    await writeFile(chunk, bytes);
    expect(await refusal(folder)).toBe(
      "checkpoint error: three/c/0/0: its bytes are not those that were saved\n  at:       FOLDER\n  hint:     fetch the checkpoint again",
    );
  });

  test("descriptions that cannot be: all of them in one table", async () => {
    const folder = await copyOf("zarr");
    const edit = async (name: string, change: object) => {
      const path = join(folder, name, ".zarray");
      await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...change }));
    };
    await edit("plain", { compressor: { id: "bz2" } });
    await edit("blosc", { chunks: [2] });
    await edit("fortran", { dtype: ">f4" });
    await writeFile(join(folder, "zstd/.zarray"), "{");
    const text = await refusal(folder);
    expect(text).toMatch(/^checkpoint error: 4 problems in FOLDER\n/);
    expect(text).toMatch(/plain\/\.zarray +not an array that is read here .*compressor/);
    expect(text).toMatch(/blosc\/\.zarray +its chunks do not fit its shape +2 sizes of chunks +1/);
    expect(text).toMatch(/fortran\/\.zarray +not an array that is read here .*<f4/);
    expect(text).toMatch(/zstd\/\.zarray +cannot be parsed/);
  });

  test("a node or manifest of the database whose bytes have changed", async () => {
    const folder = await copyOf("levels");
    const path = join(folder, "manifest.ocdbt");
    const bytes = await readFile(path);
    bytes[30]! ^= 1;
    await writeFile(path, bytes);
    expect(await refusal(folder)).toMatch(
      /^checkpoint error: node of the database: its bytes are not those that were saved\n {2}expected: CRC-32C \w{8}\n {2}got: {6}\w{8}\n {2}at: {7}FOLDER\/manifest\.ocdbt\n {2}hint: {5}fetch the checkpoint again$/,
    );
    await writeFile(path, bytes.subarray(0, 40));
    expect(await refusal(folder)).toMatch(/node of the database: it has another length than it says/);
  });

  test("with any byte of any file changed it is read as it was, or is an error of ours", async () => {
    const folder = await copyOf("levels");
    const whole = await valuesOf(folder);
    for (const name of await readdir(folder, { recursive: true })) {
      const path = join(folder, name);
      const bytes = await readFile(path).catch(() => undefined);
      if (bytes === undefined) continue;
      for (let at = 0; at < bytes.length; at += 61) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 0x24;
        await writeFile(path, changed);
        const text = await errorText(async () => {
          const got = await valuesOf(folder);
          // Values that lie apart have no checksum in this format: 8 or 4 bytes of an array are what they are.
          expect([...got.keys()]).toEqual([...whole.keys()]);
          throw new Error("as it was");
        });
        expect(text, `${name}, byte ${at}`).toMatch(/^checkpoint error: |^as it was$/);
      }
      await writeFile(path, bytes);
    }
  });
});
