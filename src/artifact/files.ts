/** @file Whether the files of an artifact are those that were exported: by name and size, or by every byte. */
import { open, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Problem } from "../support/problems.js";
import { READ_AT_ONCE, readLimited } from "../support/read-limited.js";
import { sha256, sha256OfFile, sha256OfOpenFile, stateOf } from "../support/hash.js";
import { ArtifactError } from "./errors.js";
import { knownOf } from "./known-files.js";
import { DIGEST_FILE, type Manifest, MANIFEST_FILE } from "./manifest.js";
import type { OpenFiles } from "./open.js";
import { SIGNATURE_FILE } from "./signature.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** `<sha256>  manifest.json`, as `sha256sum --check` reads it. */
export const digestLine = (sha256: string): string => `${sha256}  ${MANIFEST_FILE}\n`;

export interface FileCheckOptions {
  /** Which files are hashed; the others are held against their size. Default: none. */
  readonly hashes?: (path: string) => boolean;
  /** Which files are not looked at. Default: none. */
  readonly skips?: (path: string) => boolean;
  /** How far hashing is, bytes. */
  readonly onBytes?: ((bytes: number, totalBytes: number) => void) | undefined;
}

export const FILE_CHECK_OPTIONS: OptionNames<FileCheckOptions> = {
  hashes: true,
  skips: true,
  onBytes: true,
};

type ListedFile = Manifest["files"][number];

/** Where files lie, and their list. */
type Listed = Pick<OpenFiles<Pick<Manifest, "files">>, "folder" | "manifest">;

const NOT_LISTED = [MANIFEST_FILE, DIGEST_FILE, SIGNATURE_FILE];

/** Files that are missing or changed, the manifest itself included. Those beyond the manifest's list are not looked for. */
export async function changedFiles(
  listed: Listed,
  options: FileCheckOptions = {},
): Promise<readonly Problem[]> {
  checkOptions("changedFiles", options, FILE_CHECK_OPTIONS);
  const { manifest } = listed;
  const { hashes = () => false, skips = () => false, onBytes } = options;
  const files = manifest.files.filter(({ path }) => !skips(path));
  const totalBytes = files.reduce((sum, file) => sum + (hashes(file.path) ? file.bytes : 0), 0);
  let done = 0;
  const problems: Problem[] = [];
  for (const file of files) {
    const onMore = (bytes: number) => {
      done += bytes;
      onBytes?.(done, totalBytes);
    };
    problems.push(...(await fileProblems(listed, file, hashes(file.path), onMore)));
  }
  return [...problems, ...(await manifestProblems(listed))];
}

/** The very file that is opened is looked at, and hashed. */
async function fileProblems(
  { folder, manifest }: Listed,
  { path: subject, bytes, sha256 }: ListedFile,
  hashed: boolean,
  onBytes: (bytes: number) => void,
): Promise<Problem[]> {
  await using file = await open(join(folder, subject), READ_AT_ONCE).catch(() => undefined);
  if (file === undefined) return [{ subject, problem: "missing" }];
  const stats = await file.stat();
  if (!stats.isFile()) return [{ subject, problem: "not a file" }];
  if (stats.size !== bytes)
    return [{ subject, problem: "changed", expected: `${bytes} bytes`, got: `${stats.size} bytes` }];
  if (!hashed) return [];
  const { read, checked } = knownOf(manifest);
  const state = await stateOf(file);
  const known = read.get(subject);
  if (known !== undefined) onBytes(bytes);
  const got = known ?? (await sha256OfOpenFile(file, onBytes));
  if (got !== sha256) return [changed(subject, sha256, got)];
  // A state that ended meanwhile is that of no file later.
  checked.set(subject, state);
  return [];
}

const changed = (subject: string, expected: string, got: string): Problem => ({
  subject,
  problem: "changed",
  expected: `SHA-256 ${expected.slice(0, 12)}...`,
  got: `${got.slice(0, 12)}...`,
});

async function manifestProblems({ folder, manifest }: Listed): Promise<Problem[]> {
  const file = await readLimited(join(folder, DIGEST_FILE), digestLine("0".repeat(64)).length);
  if ("problem" in file) return [{ subject: DIGEST_FILE, ...file }];
  const noted = file.bytes.toString("utf8");
  const hash = knownOf(manifest).read.get(MANIFEST_FILE) ?? (await sha256OfFile(join(folder, MANIFEST_FILE)));
  if (noted === digestLine(hash)) return [];
  const expected = /^([0-9a-f]{64}) {2}/.exec(noted)?.[1];
  if (expected === undefined || noted !== digestLine(expected))
    return [{ subject: DIGEST_FILE, problem: "changed" }];
  return [{ ...changed(MANIFEST_FILE, expected, hash), problem: `changed, or ${DIGEST_FILE} is` }];
}

/**
 * A listed file of an artifact that was checked: what was checked is what is compiled or run, though the file may have changed since.
 * @throws ArtifactError when it has
 */
export async function readChecked(
  { folder, manifest, where }: Listed & Pick<OpenFiles<unknown>, "where">,
  file: string,
): Promise<Uint8Array> {
  const listed = manifest.files.find(({ path }) => path === file)!;
  const found = await readLimited(join(folder, file), listed.bytes);
  if ("bytes" in found && sha256(found.bytes) === listed.sha256) return found.bytes;
  const isGone = "problem" in found && found.problem === "missing";
  throw new ArtifactError(where, [
    { subject: file, problem: `${isGone ? "gone" : "changed"} since it was checked` },
  ]);
}

/** Files that are there and not in the manifest's list, links and devices too. */
export async function extraFiles({ folder, manifest }: Listed): Promise<readonly Problem[]> {
  const listed = new Set([...NOT_LISTED, ...manifest.files.map(({ path }) => path)]);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !listed.has(path))
    .sort()
    .map((subject) => ({ subject, problem: "extra: not in the manifest" }));
}
