import { cp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeArtifact } from "../../src/artifact/index.js";
import { temporaryFolder } from "../cli/griffin.js";
import { demoArtifact } from "./demo-artifact.js";
import { demo } from "./exported.js";

const all = { withWeights: true, text: true } as const;
const whole = await demoArtifact(all);
const archive = await demoArtifact({ ...all, zip: true });

async function copy(): Promise<string> {
  const folder = join(await temporaryFolder(), "copy");
  await cp(whole, folder, { recursive: true });
  return folder;
}

const problemsOf = async (path: string, verify: boolean) =>
  (await describeArtifact(path, { verify })).problems.map(({ subject, problem }) => `${subject}: ${problem}`);

/** Every file, relative to the artifact. */
async function allFiles(): Promise<readonly string[]> {
  const entries = await readdir(whole, { recursive: true });
  const stats = await Promise.all(entries.map((name) => stat(join(whole, name))));
  return entries.filter((_, i) => stats[i]!.isFile()).sort();
}

describe("an artifact as exported", () => {
  test.each([
    ["a folder", whole],
    ["an archive", archive],
  ])("has no problems: %s", async (_, path) => {
    expect([await problemsOf(path, false), await problemsOf(path, true)]).toEqual([[], []]);
  });

  test("reports how far reading every byte is", async () => {
    const seen: string[] = [];
    await describeArtifact(archive, {
      verify: true,
      onBytes: (phase, bytes, total) => {
        if (bytes === total) seen.push(phase);
      },
    });
    expect(seen).toEqual(["unpack", "verify"]);
  });
});

describe("--verify", () => {
  test("finds a changed byte in any file, at its beginning, middle and end", async () => {
    const folder = await copy();
    const files = await allFiles();
    expect(files).toHaveLength(14);
    for (const file of files) {
      const path = join(folder, file);
      const original = await readFile(path);
      for (const at of [0, original.length >> 1, original.length - 1]) {
        const changed = Buffer.from(original);
        changed[at]! ^= 1;
        await writeFile(path, changed);
        const found = await problemsOf(folder, true).catch((error: Error) => [error.message]);
        expect([file, at, found.length]).not.toEqual([file, at, 0]);
        expect(found.join("\n")).toContain(file);
      }
      await writeFile(path, original);
    }
    expect(await problemsOf(folder, true)).toEqual([]);
  });

  test("names each file that is changed, missing, or too much", async () => {
    const folder = await copy();
    const weights = await readFile(join(folder, "weights/model.safetensors"));
    weights[weights.length - 5]! ^= 0x80;
    await writeFile(join(folder, "weights/model.safetensors"), weights);
    await rm(join(folder, "programs/decode_1x1.mlirbc"));
    await writeFile(join(folder, "programs/decode_1x1.mlirbc~"), "left by an editor");
    await symlink("/etc/hostname", join(folder, "notes"));
    expect(await problemsOf(folder, true)).toEqual([
      "programs/decode_1x1.mlirbc: missing",
      "weights/model.safetensors: changed",
      "notes: extra: not in the manifest",
      "programs/decode_1x1.mlirbc~: extra: not in the manifest",
    ]);
    expect(await problemsOf(folder, false)).toEqual(["programs/decode_1x1.mlirbc: missing"]);
  });

  test("finds a manifest that does not fit the hash beside it, and a hash that is none", async () => {
    const folder = await copy();
    const manifest = await readFile(join(folder, "manifest.json"), "utf8");
    await writeFile(
      join(folder, "manifest.json"),
      manifest.replace('"ropeTheta": 10000', '"ropeTheta": 10001'),
    );
    expect(await problemsOf(folder, false)).toEqual(["manifest.json: changed, or manifest.sha256 is"]);
    await writeFile(join(folder, "manifest.sha256"), "what was this for");
    expect(await problemsOf(folder, false)).toEqual(["manifest.sha256: changed"]);
    await rm(join(folder, "manifest.sha256"));
    expect(await problemsOf(folder, false)).toEqual(["manifest.sha256: missing"]);
  });
});

describe("without reading every byte", () => {
  test("files that are missing, of another size, or no files are found", async () => {
    const folder = await copy();
    await writeFile(join(folder, "README.md"), "short");
    await rm(join(folder, "tokenizer"), { recursive: true });
    await rm(join(folder, "programs/prepare.mlir"));
    await cp(demo, join(folder, "programs/prepare.mlir"), { recursive: true });
    const { problems } = await describeArtifact(folder);
    const { size } = await stat(join(whole, "README.md"));
    expect(problems).toEqual([
      { subject: "README.md", problem: "changed", expected: `${size} bytes`, got: "5 bytes" },
      { subject: "programs/prepare.mlir", problem: "not a file" },
      { subject: "tokenizer/tokenizer.json", problem: "missing" },
    ]);
  });
});
