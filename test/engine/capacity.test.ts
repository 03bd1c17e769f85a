import { copyFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gemma2, llama, mamba } from "../../models/index.js";
import { llamaPresets } from "../../models/llama/presets.js";
import { capacityFor, withCapacity } from "../../src/engine/capacity.js";
import { type ExportOptions, exportModel } from "../../src/engine/index.js";
import type { ConfiguredModel } from "../../src/model/index.js";
import { temporaryFolder } from "../cli/griffin.js";
import { errorText } from "../weights/files.js";

const tiny = llama.presets["tiny-llama"]!;

/** Shapes of the caches that a decoding program takes, each once. */
function caches(model: ConfiguredModel): readonly string[] {
  const { arguments: all } = model.program({ kind: "decode", batch: 2, time: 1, dtype: "f32" });
  const shapes = all
    .filter(({ role, name }) => role === "state" && /keys|values/.test(name))
    .map(({ dimensions }) => dimensions.join("x"));
  return [...new Set(shapes)];
}

describe("a capacity", () => {
  test("is the size of the caches that grow; windows keep theirs", () => {
    expect(caches(tiny)).toEqual(["2x64x2x8"]);
    const small = withCapacity(tiny, 20);
    expect(caches(small)).toEqual(["2x20x2x8"]);
    expect([small.generation.capacity, small.parameters]).toEqual([20, tiny.parameters]);
    expect(caches(withCapacity(gemma2.presets["tiny-gemma-2"]!, 20))).toEqual(["2x7x2x8", "2x20x2x8"]);
  });

  test("changes nothing of a model whose states are of a fixed size, or where none is asked for", () => {
    const recurrent = mamba.presets["tiny-mamba"]!;
    expect(withCapacity(recurrent, 20)).toBe(recurrent);
    expect(withCapacity(tiny, undefined)).toBe(tiny);
    const windows = llama.configure({ ...llamaPresets["tiny-llama"], windows: [7, 7] });
    expect(withCapacity(windows, 1_000_000)).toBe(windows);
  });

  test.each([0, 65, 2.5])("%s is refused", async (capacity) => {
    expect(await errorText(() => withCapacity(tiny, capacity))).toBe(
      [
        "usage error: the capacity is out of range",
        "  expected: tokens that a sequence may have, 1 to 64",
        `  got:      ${capacity}`,
      ].join("\n"),
    );
  });

  test("is refused for a model whose definition knows no other", async () => {
    const fixed = { ...tiny, withCapacity: undefined };
    expect(await errorText(() => withCapacity(fixed, 20))).toBe(
      [
        "usage error: the caches of llama are always of one size",
        "  expected: no capacity: a sequence may have 64 tokens",
        "  got:      20",
        "  hint:     a definition says how it is configured for fewer: withCapacity of defineModel",
      ].join("\n"),
    );
    expect(capacityFor(fixed, 20)).toBeUndefined();
  });
});

test("for so many tokens it is a power of two from 256 on, and the model's own at most", () => {
  const long = llama.configure({ ...llamaPresets["tiny-llama"], contextSize: 5000 });
  expect([1, 256, 257, 1024, 1025, 4097, 9000].map((tokens) => capacityFor(long, tokens))).toEqual([
    256, 256, 512, 1024, 2048, 5000, 5000,
  ]);
  expect(capacityFor(tiny, 10)).toBe(64);
  expect(capacityFor(mamba.presets["tiny-mamba"]!, 10)).toBeUndefined();
});

test("that an export's model has not is told before weights are read, as is a strategy that nobody has", async () => {
  const folder = await temporaryFolder();
  await copyFile("golden/llama-grouped/config.json", join(folder, "config.json"));
  await writeFile(join(folder, "model.safetensors"), "no tensors");
  const refused = (options: ExportOptions) =>
    errorText(() => exportModel({ folder, models: [llama] }, join(folder, "out"), options));
  expect(await refused({ capacity: 1_000_000 })).toContain("usage error: the capacity is out of range");
  expect(await refused({ attention: "other" })).toContain('nn.attention has no strategy "other"');
  expect(await refused({})).toContain("model.safetensors");
  expect((await readdir(folder)).sort()).toEqual(["config.json", "model.safetensors"]);
});
