/** @file For tests: models exported once for a file's tests, and artifacts that were tampered with. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, onTestFinished } from "vitest";
import { digestLine } from "../../src/artifact/files.js";
import { sha256 } from "../../src/support/hash.js";
import type { Manifest } from "../../src/artifact/index.js";
import { DIGEST_FILE, MANIFEST_FILE } from "../../src/artifact/manifest.js";

/** A small model with text: 1.29M parameters. */
export const demo = fileURLToPath(new URL("../../golden/demo-kjv", import.meta.url));

/** A folder for what all tests of a file share. */
export async function sharedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-artifacts-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of an artifact that is as whole as the original, but for what `change` does to its folder and manifest. */
export async function changedCopy(
  artifact: string,
  change: (manifest: Manifest, folder: string) => Promise<Manifest> | Manifest,
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "griffin-artifact-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  // As deep as the original: it names its weights' folder relative to itself.
  const folder = join(root, "copy");
  await cp(artifact, folder, { recursive: true });
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST_FILE), "utf8")) as Manifest;
  const text = JSON.stringify(await change(manifest, folder));
  await writeFile(join(folder, MANIFEST_FILE), text);
  await writeFile(join(folder, DIGEST_FILE), digestLine(sha256(text)));
  return folder;
}

/** Writes another content into a listed file, and its hash into the manifest. */
export async function rewriteFile(
  manifest: Manifest,
  folder: string,
  path: string,
  content: Uint8Array,
): Promise<Manifest> {
  await writeFile(join(folder, path), content);
  const files = manifest.files.map((file) =>
    file.path === path ? { path, bytes: content.length, sha256: sha256(content) } : file,
  );
  return { ...manifest, files };
}
