import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NodeWriter } from "../../../src/weights/orbax/node-writer.js";
import { MANIFEST_MAGIC, NODE_MAGIC } from "../../../src/weights/orbax/ocdbt.js";
import { openOrbax } from "../../../src/weights/orbax/open.js";
import { errorText, temporaryFolder } from "../files.js";

test("a database whose root names one leaf many times is not gone through for each", async () => {
  const [keys, times] = [2 ** 18, 1000];
  const filled = (count: number, value: number) => Array.from({ length: count }, () => value);
  const leaf = new NodeWriter();
  leaf.varint(0);
  leaf.varints([0, keys, ...filled(keys - 1, 0), ...filled(keys, 3)]);
  for (let i = 0; i < keys; i++) leaf.number(i, 3);
  leaf.varints(filled(2 * keys, 0));
  const bytes = leaf.sealed(NODE_MAGIC);
  const root = new NodeWriter();
  root.varint(1);
  root.dataFile({ path: "d/leaf", base: "" });
  root.varints([times, ...filled(times - 1, 0), ...filled(times, 1), ...filled(times, 0)]);
  root.bytes(new Uint8Array(times));
  root.varints([...filled(2 * times, 0), ...filled(times, bytes.length)]);
  const rootBytes = root.sealed(NODE_MAGIC);
  const manifest = new NodeWriter();
  manifest.bytes(new Uint8Array(16));
  manifest.varints([0, 1024, 1024, 4, 0]);
  manifest.dataFile({ path: "d/root", base: "" });
  manifest.varints([1, 1, 1, 0, 0, rootBytes.length]);
  const folder = await temporaryFolder();
  await mkdir(join(folder, "d"));
  await writeFile(join(folder, "d/leaf"), bytes);
  await writeFile(join(folder, "d/root"), rootBytes);
  await writeFile(join(folder, "manifest.ocdbt"), manifest.sealed(MANIFEST_MAGIC));
  const text = await errorText(() => openOrbax(folder));
  expect(text.replaceAll(folder, "FOLDER")).toBe(
    `checkpoint error: node of the database: it has too much
  expected: at most 4194304 keys and 1073741824 bytes in all nodes
  at:       FOLDER/d/leaf, byte 0
  hint:     fetch the checkpoint again`,
  );
});
