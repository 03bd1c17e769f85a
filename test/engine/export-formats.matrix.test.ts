import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { models } from "../../models/index.js";
import { convertWeights, exportModel } from "../../src/engine/index.js";
import { openStore } from "../../src/weights/index.js";
import { errorText, temporaryFolder } from "../weights/files.js";

const HAWK = join(import.meta.dirname, "../../golden/hawk-sharded");

/** A model folder with the weights of the case in another format. */
async function modelWith(weights: string): Promise<string> {
  const folder = await temporaryFolder();
  await copyFile(join(HAWK, "config.json"), join(folder, "config.json"));
  await convertWeights(HAWK, join(folder, weights), { models });
  return folder;
}

test.each(["model.pt", "orbax"])("weights in %s are copied as safetensors, bit for bit", async (weights) => {
  const folder = await modelWith(weights);
  const path = join(await temporaryFolder(), "artifact");
  await exportModel({ folder, models }, path, { chunk: 16, withWeights: true });
  expect(await readdir(join(path, "weights"))).toEqual(["model.safetensors"]);
  expect(await readdir(join(path, ".."))).toEqual(["artifact"]);
  const expected = join(await temporaryFolder(), "model.safetensors");
  await convertWeights(HAWK, expected, { models });
  await using first = await openStore(expected);
  await using copied = await openStore(join(path, "weights/model.safetensors"));
  expect([...copied.tensors.keys()]).toEqual([...first.tensors.keys()]);
  for (const [name, tensor] of first.tensors)
    expect(Buffer.compare(await tensor.read(), await copied.tensors.get(name)!.read()), name).toBe(0);
});

test("weights that are not copied must be safetensors: an artifact names tensors in them", async () => {
  const folder = await modelWith("model.pt");
  const path = join(await temporaryFolder(), "artifact");
  expect(await errorText(() => exportModel({ folder, models }, path, { chunk: 16 }))).toBe(
    `checkpoint error: weights: an artifact cannot name them
  expected: safetensors
  got:      torch
  at:       ${folder}
  hint:     griffin convert ${folder} ${join(folder, "model.safetensors")}; or copy them into the artifact (--with-weights), as safetensors`,
  );
  expect(await readdir(join(path, ".."))).toEqual([]);
});
