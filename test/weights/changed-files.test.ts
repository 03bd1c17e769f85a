/** @file Weights that somebody writes to while they are read. After each call of the file system: `test/support/files/swapped.faults.test.ts`. */
import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckpoint, openStore, writeSafetensors } from "../../src/weights/index.js";
import { errorText, temporaryFolder } from "./files.js";

const tensorOf = (value: number) =>
  ({ w: { dtype: "ui8", shape: [4], data: new Uint8Array(4).fill(value) } }) as const;

test("a file that is written over between two tensors is an error, with both times", async () => {
  const path = join(await temporaryFolder(), "model.safetensors");
  await writeSafetensors(path, tensorOf(1));
  await utimes(path, 1000, 1000);
  await using store = await openStore(path);
  await utimes(path, 2000, 2000);
  const text = await errorText(() => store.tensors.get("w")!.read());
  expect(text.replace(path, "PATH").replace(/\d+ bytes/g, "N bytes")).toBe(
    `checkpoint error: file: changed while it was read
  expected: N bytes, last written 1970-01-01T00:16:40.000Z
  got:      N bytes, last written 1970-01-01T00:33:20.000Z
  at:       PATH
  hint:     wait until nobody writes to it; to put another in its place, write that beside it and rename it`,
  );
});

test("another file in its place is none of the one that was opened", async () => {
  const path = join(await temporaryFolder(), "model.safetensors");
  await writeSafetensors(path, tensorOf(1));
  await using store = await openStore(path);
  await writeSafetensors(path, tensorOf(2));
  expect([...(await store.tensors.get("w")!.read())]).toEqual([1, 1, 1, 1]);
});

test("a folder that lies still is opened", async () => {
  const folder = await temporaryFolder();
  await writeSafetensors(join(folder, "model.safetensors"), tensorOf(1));
  await writeFile(join(folder, "notes.txt"), "");
  await using checkpoint = await openCheckpoint(folder);
  expect([...checkpoint.tensors.keys()]).toEqual(["w"]);
});
