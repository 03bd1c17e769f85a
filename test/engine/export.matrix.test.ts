import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { models } from "../../models/index.js";
import type { WeightsIndex } from "../../src/artifact/index.js";
import { exportModel } from "../../src/engine/index.js";
import { temporaryFolder } from "../cli/griffin.js";
import { exported, filesOf, hashes, hawk, readJson } from "./exported-files.js";

describe("exportModel", () => {
  it("writes equal bytes for equal models, as a folder and as an archive", async () => {
    const parent = await temporaryFolder();
    const options = { chunk: 16, withWeights: true } as const;
    for (const name of ["a", "b"]) {
      await exportModel({ folder: hawk, models }, join(parent, name), options);
      await exportModel({ folder: hawk, models }, join(parent, `${name}.zip`), { ...options, zip: true });
    }
    const files = await filesOf(join(parent, "a"));
    expect(files).toContain("weights/model-00001-of-00002.safetensors");
    expect(await hashes(join(parent, "a"), files)).toEqual(await hashes(join(parent, "b"), files));
    expect(await hashes(parent, ["a.zip"])).toEqual(await hashes(parent, ["b.zip"]));
    expect((await readdir(parent)).sort()).toEqual(["a", "a.zip", "b", "b.zip"]);
  });

  it("writes for an older or newer StableHLO, and says what the oldest cannot express", async () => {
    const versions = async (stablehloVersion: string) =>
      (await exported(hawk, { chunk: 16, samplers: true, stablehloVersion })).manifest.programs.map(
        ({ stablehlo }) => stablehlo,
      );
    expect(await versions("0.19.0")).toEqual(Array(10).fill("0.19.0"));
    expect(await versions("1.16.1")).toEqual(Array(10).fill("1.16.1"));
    await expect(versions("1.99.0")).rejects.toThrow(
      "usage error: StableHLO 1.99.0 cannot be written\n  expected: a version from 0.9.0 to 1.20.0",
    );
  });

  it("finds the model from where the artifact really is, whatever links lead there", async () => {
    const parent = await temporaryFolder();
    await mkdir(join(parent, "deep", "deeper"), { recursive: true });
    await symlink(join(parent, "deep", "deeper"), join(parent, "short"));
    await exportModel({ folder: hawk, models }, join(parent, "short", "artifact"), { chunk: 16 });
    const { folder } = await readJson<WeightsIndex>(parent, "short", "artifact", "weights.index.json");
    expect(join(parent, "deep", "deeper", "artifact", folder)).toBe(hawk);
  });
});
