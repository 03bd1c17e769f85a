/** @file Where an artifact may be written: nothing but an artifact is ever replaced by one. */
import { readdir, stat } from "node:fs/promises";
import { UsageError } from "../support/errors.js";
import { DIGEST_FILE, MANIFEST_FILE } from "./manifest.js";
import { archiveNames } from "./unpack.js";

/** What is at a path. */
async function contentOf(path: string): Promise<"nothing" | "artifact" | "other"> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return "nothing";
  if (!stats.isDirectory() && !stats.isFile()) return "other";
  const names = stats.isDirectory() ? await readdir(path) : await archiveNames(path);
  if (names.length === 0 && stats.isDirectory()) return "nothing";
  // Others have a manifest.json too; beside one of ours lies its hash.
  return names.includes(MANIFEST_FILE) && names.includes(DIGEST_FILE) ? "artifact" : "other";
}

/** @throws UsageError when something is at `path`, unless that is an artifact of the same form and `force` is given */
export async function checkTarget(
  path: string,
  { zip, force }: { readonly zip: boolean; readonly force: boolean },
): Promise<void> {
  const content = await contentOf(path);
  if (content === "nothing") return;
  if (content === "other") {
    throw new UsageError({
      message: `${path} exists and is no artifact: it is not replaced`,
      hint: "choose another name, or remove it yourself",
    });
  }
  if (!force) throw new UsageError({ message: `${path} exists`, hint: "--force replaces an artifact" });
  const isFile = (await stat(path)).isFile();
  if (isFile === zip) return;
  throw new UsageError({
    message: `${path} is ${isFile ? "an archive" : "a folder"}: it is not replaced by ${zip ? "an archive" : "a folder"}`,
    hint: zip ? "choose another name, or leave out --zip" : "choose another name, or add --zip",
  });
}
