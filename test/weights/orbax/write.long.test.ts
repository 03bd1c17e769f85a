import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StoredType } from "../../../src/weights/dtype.js";
import { openOrbax } from "../../../src/weights/orbax/open.js";
import { writeOrbax } from "../../../src/weights/orbax/write.js";
import { PART_BYTES, type TensorToWrite } from "../../../src/weights/tensor-parts.js";
import { errorText, temporaryFolder } from "../files.js";

const tensor = (dtype: StoredType, shape: readonly number[], data: readonly number[]) => ({
  dtype,
  shape,
  read: async () => Uint8Array.from(data),
});

const json = async (...path: readonly string[]) =>
  JSON.parse(await readFile(join(...path), "utf8")) as unknown;

test("what is written: an array a tensor, its bytes as they are, and the keys that lead to each", async () => {
  const path = join(await temporaryFolder(), "orbax");
  await writeOrbax(
    path,
    [
      ["blocks.0.it's.w", tensor("bf16", [1, 2], [1, 2, 3, 4])],
      ["scale", tensor("f32", [], [0, 0, 128, 63])],
    ],
    "orbax-zarr",
  );
  expect((await readdir(path, { recursive: true })).sort()).toEqual([
    "_CHECKPOINT_METADATA",
    "_METADATA",
    "blocks.0.it's.w",
    "blocks.0.it's.w/.zarray",
    "blocks.0.it's.w/0.0",
    "scale",
    "scale/.zarray",
    "scale/0",
  ]);
  expect(await json(path, "blocks.0.it's.w/.zarray")).toEqual({
    zarr_format: 2,
    shape: [1, 2],
    chunks: [1, 2],
    dtype: "bfloat16",
    order: "C",
    compressor: null,
    filters: null,
    fill_value: null,
    dimension_separator: ".",
  });
  expect([...(await readFile(join(path, "blocks.0.it's.w/0.0")))]).toEqual([1, 2, 3, 4]);
  const value = (shape: readonly number[]) => ({
    value_type: "np.ndarray",
    skip_deserialize: false,
    write_shape: shape,
  });
  const keys = (...names: readonly string[]) => names.map((key) => ({ key, key_type: 2 }));
  expect(await json(path, "_METADATA")).toEqual({
    tree_metadata: {
      "('blocks.0', 'it\\'s', 'w')": {
        key_metadata: keys("blocks.0", "it's", "w"),
        value_metadata: value([1, 2]),
      },
      "('scale',)": { key_metadata: keys("scale"), value_metadata: value([]) },
    },
    use_ocdbt: false,
    use_zarr3: false,
    store_array_data_equal_to_fill_value: true,
    custom_metadata: null,
  });
});

test.each(["orbax", "orbax-zarr"] as const)(
  "every type and shape that zarr has comes back as it was, %s",
  async (format) => {
    const path = join(await temporaryFolder(), "orbax");
    const types: readonly (readonly [StoredType, number])[] = [
      ["i1", 1],
      ["i8", 1],
      ["ui8", 1],
      ["f8E4M3FN", 1],
      ["f8E5M2", 1],
      ["i16", 2],
      ["ui16", 2],
      ["f16", 2],
      ["bf16", 2],
      ["i32", 4],
      ["ui32", 4],
      ["f32", 4],
      ["i64", 8],
      ["ui64", 8],
      ["f64", 8],
      ["complex<f32>", 8],
    ];
    const counted = (bytes: number) => Array.from({ length: bytes }, (_, i) => i);
    const tensors = types.flatMap(([dtype, bytes]) => [
      [`${dtype}.whole`, tensor(dtype, [2, 1, 3], counted(6 * bytes))] as const,
      [`${dtype}.none`, tensor(dtype, [0, 4], [])] as const,
      [`${dtype}.one`, tensor(dtype, [], counted(bytes))] as const,
    ]);
    await writeOrbax(path, tensors, format);
    await using store = await openOrbax(path);
    expect(store.format).toBe(format);
    expect([...store.tensors.keys()].sort()).toEqual(tensors.map(([name]) => name).sort());
    for (const [name, { dtype, shape, read }] of tensors) {
      const got = store.tensors.get(name)!;
      expect({ dtype: got.dtype, shape: got.shape }, name).toEqual({ dtype, shape });
      const all = await read();
      expect(await got.read(), name).toEqual(all);
      const into = new Uint8Array(all.length);
      expect(await got.read(into), name).toBe(into);
      expect(into, name).toEqual(all);
      const [begin, end] = [all.length >> 1, all.length];
      if (end > 0)
        expect(await got.readPart!(begin, new Uint8Array(end - begin)), name).toEqual(all.subarray(begin));
    }
  },
);

test("a part of an array whose file is of another size, or gone, is an error as the whole is", async () => {
  const path = join(await temporaryFolder(), "orbax");
  const w = tensor("f32", [3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  await writeOrbax(path, [["w", w]], "orbax-zarr");
  const both = async () => {
    await using store = await openOrbax(path);
    const w = store.tensors.get("w")!;
    const whole = await errorText(() => w.read());
    expect(await errorText(() => w.readPart!(0, new Uint8Array(4)))).toBe(whole);
    return whole.replaceAll(path, "FOLDER");
  };
  await writeFile(join(path, "w/0"), new Uint8Array(13));
  expect(await both()).toBe(
    `checkpoint error: w/0: a chunk of another size
  expected: 12 bytes for f32 [3]
  got:      13 bytes
  at:       FOLDER
  hint:     fetch the checkpoint again`,
  );
  await rm(join(path, "w/0"));
  expect(await both()).toBe(
    `checkpoint error: w/0: missing
  expected: a chunk of 12 bytes
  at:       FOLDER
  hint:     fetch the checkpoint again: what is not there might have been anything`,
  );
});

test.each([
  ["a/b", undefined],
  ["..", undefined],
  ["a..b", undefined],
  ["", undefined],
  ["_METADATA", undefined],
  ["manifest.ocdbt", undefined],
  ["w.x", '  got:      an array at "w" too'],
])("a name that no tree has, %j, is refused before anything is written", async (name, got) => {
  const folder = await temporaryFolder();
  const one = tensor("f32", [0], []);
  expect(
    await errorText(() =>
      writeOrbax(join(folder, "orbax"), [
        ["w", one],
        [name, one],
      ]),
    ),
  ).toBe(
    [
      `usage error: cannot write tensor ${JSON.stringify(name)}: a tree of orbax has no place for it`,
      "  expected: keys joined by dots, and an array at the end of them",
      ...(got === undefined ? [] : [got]),
    ].join("\n"),
  );
  expect(await readdir(folder)).toEqual([]);
});

test("a type that zarr has not is refused; a place where nothing can be written is told", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "orbax");
  expect(await errorText(() => writeOrbax(path, [["w", tensor("f4E2M1FN", [2], [0])]]))).toMatch(
    /^usage error: cannot write tensor "w": zarr has no name for its type\n {2}expected: .*\bf32\b.*\n {2}got: {6}f4E2M1FN$/,
  );
  await writeOrbax(path, [["w", tensor("i8", [1], [7])]]);
  const below = join(path, "_METADATA/orbax");
  expect(await errorText(() => writeOrbax(below, [["w", tensor("i8", [1], [7])]]))).toContain(
    `environment error: cannot write ${below}\n`,
  );
});

test("in a database: the tree says so, and arrays are entries of it", async () => {
  const path = join(await temporaryFolder(), "orbax");
  await writeOrbax(path, [["w", tensor("i8", [1], [7])]]);
  expect((await readdir(path)).sort()).toEqual([
    "_CHECKPOINT_METADATA",
    "_METADATA",
    "d",
    "manifest.ocdbt",
    "ocdbt.process_0",
  ]);
  expect(await json(path, "_METADATA")).toMatchObject({ use_ocdbt: true, use_zarr3: false });
});

test.each(["orbax", "orbax-zarr"] as const)(
  "a large tensor is read in parts, never whole: %s",
  async (format) => {
    const path = join(await temporaryFolder(), "orbax");
    const bytes = PART_BYTES + 3;
    const asked: (readonly [number, number])[] = [];
    const large: TensorToWrite = {
      dtype: "ui8",
      shape: [bytes],
      read: () => Promise.reject(new Error("not whole")),
      readPart: async (begin, into) => {
        asked.push([begin, into.length]);
        return into.fill(asked.length);
      },
    };
    await writeOrbax(path, [["w", large]], format);
    expect(asked).toEqual([
      [0, PART_BYTES],
      [PART_BYTES, 3],
    ]);
    await using store = await openOrbax(path);
    const ends = await store.tensors.get("w")!.readPart!(PART_BYTES - 1, new Uint8Array(4));
    expect([...ends]).toEqual([1, 2, 2, 2]);
  },
);

test("no tensors, one given twice, and one whose bytes do not fit its type are refused", async () => {
  const path = join(await temporaryFolder(), "orbax");
  const w = tensor("i8", [1], [7]);
  expect(await errorText(() => writeOrbax(path, []))).toBe(
    "usage error: a checkpoint of orbax has a tensor at least",
  );
  const both = [
    ["w", w],
    ["w", w],
  ] as const;
  expect(await errorText(() => writeOrbax(path, both))).toBe(
    'usage error: cannot write tensor "w": it is given twice',
  );
  expect(await errorText(() => writeOrbax(path, [["w", tensor("f32", [1], [7])]]))).toBe(
    'usage error: cannot write tensor "w": its data do not fit its type\n  expected: 4 bytes for f32 [1]\n  got:      1 bytes',
  );
  expect(existsSync(path)).toBe(false);
});
