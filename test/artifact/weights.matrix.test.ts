import { join } from "node:path";
import { expect, test } from "vitest";
import { models } from "../../models/index.js";
import { openArtifact, openWeights } from "../../src/artifact/index.js";
import { convertWeights } from "../../src/engine/index.js";
import type { StoreFormat } from "../../src/weights/index.js";
import { errorText, temporaryFolder } from "../weights/files.js";
import { demoArtifact } from "./demo-artifact.js";
import { demo } from "./exported.js";

const artifact = await openArtifact(await demoArtifact());

/** All parameters of the artifact, from its own weights or from others. */
async function parameters(given?: string): Promise<ReadonlyMap<string, Uint8Array>> {
  await using weights = await openWeights(artifact, given);
  const read = [...weights.parameters].map(async ([path, one]) => [path, await one.readAs("f32")] as const);
  return new Map(await Promise.all(read));
}

/** The demo's weights in another format, under the names that are usual there. */
async function converted(name: string, to: StoreFormat): Promise<string> {
  const target = join(await temporaryFolder(), name);
  await convertWeights(demo, target, { models, to });
  return target;
}

test.each([
  ["some.safetensors", "safetensors"],
  ["model.pt", "torch"],
  ["orbax", "orbax"],
  ["orbax", "orbax-zarr"],
] as const)("weights that are given may be %s, %s: the same bytes", async (name, format) => {
  const target = await converted(name, format);
  const own = await parameters();
  // The file or folder itself, and, but for a file of any name, the folder that it lies in.
  for (const given of format === "safetensors" ? [target] : [target, join(target, "..")]) {
    const got = await parameters(given);
    expect([...got.keys()]).toEqual([...own.keys()]);
    for (const [path, bytes] of own) expect(Buffer.compare(got.get(path)!, bytes), path).toBe(0);
  }
});

test("all that does not fit is told in one table, in the words of the file", async () => {
  const hawk = join(await temporaryFolder(), "model.pt");
  await convertWeights(join(demo, "../hawk-sharded"), hawk, { models });
  const text = await errorText(() => parameters(hawk));
  expect(text).toMatch(/^checkpoint error: \d+ problems in the weights of /);
  expect(text).toMatch(/embedder\.input_embedding +wrong shape +\[260, 128\] +\[\d+, \d+\]/);
  expect(text).toMatch(/blocks\.0\.mlp_block\.ffw_up\.w +wrong shape +\[2, 128, 384\] +\[2, 48, 80\]/);
});
