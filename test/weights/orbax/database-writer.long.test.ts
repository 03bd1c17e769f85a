import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { writeDatabase } from "../../../src/weights/orbax/database-writer.js";
import { openDatabase } from "../../../src/weights/orbax/ocdbt.js";
import { temporaryFolder } from "../files.js";

type Values = readonly (readonly [key: string, value: Uint8Array])[];

/** The bytes of a value in parts of at most three. */
function* parts(value: Uint8Array): Generator<Uint8Array> {
  for (let begin = 0; begin < value.length; begin += 3) yield value.subarray(begin, begin + 3);
}

/** Writes values in the order that they are given, and gives their folder. */
async function written(values: Values, nodeBytes?: number): Promise<string> {
  const folder = await temporaryFolder();
  await writeDatabase(
    folder,
    async (sink) => {
      for (const [key, value] of values) await sink.put(key, value.length, parts(value));
    },
    nodeBytes,
  );
  return folder;
}

async function read(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const store = await openDatabase(folder);
  try {
    const values = [...store.keys].map(async (key) => [key, (await store.read(key))!] as const);
    return new Map(await Promise.all(values));
  } finally {
    await store.close();
  }
}

const counted = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, i) => i % 251);

const sorted = (values: Values): Values =>
  values.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

test("values lie in the folder of their process, the tree of all beside it: what is read there is what was put", async () => {
  const values: Values = [
    ["w/0.0", counted(1025)],
    ["w/.zarray", counted(1024)],
    ["b/.zarray", counted(0)],
  ];
  const folder = await written(values);
  const files = (await readdir(folder, { recursive: true })).map((name) =>
    name.replace(/[0-9a-f]{32}/, "ID"),
  );
  expect(files.sort()).toEqual([
    "d",
    "d/ID",
    "manifest.ocdbt",
    "ocdbt.process_0",
    "ocdbt.process_0/d",
    "ocdbt.process_0/d/ID",
    "ocdbt.process_0/manifest.ocdbt",
  ]);
  expect([...(await read(folder))]).toEqual(sorted(values));
  // The process's own database has them too.
  expect([...(await read(join(folder, "ocdbt.process_0")))]).toEqual(sorted(values));
});

test("equal values are equal bytes, others are other files", async () => {
  const bytesOf = async (folder: string) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    return Promise.all(
      files.sort().map(async (path) => [path.slice(folder.length), await readFile(path, "hex")]),
    );
  };
  const value = counted(5000);
  const [first, again] = [await written([["a", value]]), await written([["a", value]])];
  expect(await bytesOf(again)).toEqual(await bytesOf(first));
  const other = await written([["a", value.with(4999, 0)]]);
  const names = async (folder: string) => (await bytesOf(folder)).map(([path]) => path);
  expect((await names(other)).filter((path) => !path!.endsWith(".ocdbt"))).not.toEqual(
    (await names(first)).filter((path) => !path!.endsWith(".ocdbt")),
  );
});

test("a tree of any keys and values, its nodes of a few bytes, is read as it was written", async () => {
  const key = fc.oneof(
    fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom("a", "b", ".", "/", "é") }),
    fc.string({ minLength: 1, unit: "binary" }),
  );
  const entry = fc.tuple(key, fc.oneof(fc.uint8Array(), fc.integer({ min: 1020, max: 1030 }).map(counted)));
  const some = fc.uniqueArray(entry, { minLength: 1, maxLength: 40, selector: ([name]) => name });
  await fc.assert(
    fc.asyncProperty(some, fc.integer({ min: 0, max: 300 }), async (values, nodeBytes) => {
      const got = [...(await read(await written(values, nodeBytes)))];
      expect(got.map(([name, value]) => [name, [...value]])).toEqual(
        sorted(values).map(([name, value]) => [name, [...value]]),
      );
    }),
    { numRuns: 25 },
  );
});
