/** @file What is known of an artifact's files from one look to the next: that what was read, and what is used, is what was held against the hashes. */
import type { FileHandle } from "node:fs/promises";
import type { OpenFile } from "../support/open-file.js";
import { sha256, stateOf } from "../support/hash.js";
import type { Problem } from "../support/problems.js";

/** What is known of the files of an artifact, by their paths in it. */
interface Known {
  /** SHA-256 of those that were read for what they say. */
  readonly read: Map<string, string>;
  /** Which files were held against their hashes (`stateOf`). */
  readonly checked: Map<string, string>;
}

const knownFiles = new WeakMap<object, Known>();

/** What is known of the files of the artifact of a manifest. */
export function knownOf(manifest: object): Known {
  const found = knownFiles.get(manifest) ?? { read: new Map(), checked: new Map() };
  knownFiles.set(manifest, found);
  return found;
}

/** Notes what a file of an artifact was when it was read: that is what is held against the hashes, not what lies there later. */
export function noteRead(manifest: object, path: string, bytes: Uint8Array): void {
  knownOf(manifest).read.set(path, sha256(bytes));
}

/** What is wrong with an open file of an artifact: it is another than the one that was held against its hash, if one was. */
export async function sinceChecked(
  manifest: object,
  path: string,
  file: OpenFile,
): Promise<Omit<Problem, "subject"> | undefined> {
  const checked = knownOf(manifest).checked.get(path);
  if (checked === undefined || checked === (await stateOf(file as FileHandle))) return undefined;
  return { problem: "changed since it was checked" };
}
