/** @file An artifact opened for reading: a folder as it lies, or an archive unpacked into a temporary folder. */
import { realpath, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { cacheFolder } from "../runtime-pjrt/index.js";
import { meantPath } from "../support/meant-path.js";
import type { Problem } from "../support/problems.js";
import { makeWorkFolder, removeAbandoned, type WorkFolder } from "../support/work-folder.js";
import { inFirstWritable } from "../support/writable.js";
import { ArtifactError } from "./errors.js";
import { noteRead } from "./known-files.js";
import { FORMAT, type Manifest, MANIFEST_FILE, type WeightsIndex } from "./manifest.js";
import type { ProgramManifest } from "./program/manifest.js";
import {
  type ManifestFile,
  readAnyManifest,
  readManifest,
  readProgramManifest,
  readWeightsIndex,
} from "./read-manifest.js";
import { type SignatureState, signatureOf } from "./signature.js";
import { type UnpackOptions, unpackArtifact, UNPACK_OPTIONS } from "./unpack.js";
import { checkOptions } from "../support/options.js";

/** An artifact whose manifest is read. Close it: an archive's files lie in a temporary folder until then. */
export interface OpenFiles<M> extends AsyncDisposable {
  /** The folder or archive as it was given, for messages. */
  readonly where: string;
  /** Where its files lie. */
  readonly folder: string;
  readonly manifest: M;
  /** Who signed the manifest that was read. */
  readonly signature: SignatureState;
  close(): Promise<void>;
}

/** An artifact of a model. */
export interface OpenArtifact extends OpenFiles<Manifest> {
  readonly weights: WeightsIndex;
  /** Where the files of its weights lie; undefined when it was exported without. */
  readonly weightsFolder: string | undefined;
}

/**
 * Opens an artifact of a model: its manifest and the index of its weights are read and checked, no other file is.
 * @param path a folder, or a .zip of one
 * @throws ArtifactError when it is none, is damaged, or is written by a newer version; EnvironmentError when an archive can be unpacked nowhere
 */
export async function openArtifact(path: string, options: UnpackOptions = {}): Promise<OpenArtifact> {
  checkOptions("openArtifact", options, UNPACK_OPTIONS);
  return withWeights(await openFiles(path, readManifest, options));
}

/** Opens an artifact of one program. @throws what `openArtifact` throws */
export async function openProgramArtifact(
  path: string,
  options: UnpackOptions = {},
): Promise<OpenFiles<ProgramManifest>> {
  checkOptions("openProgramArtifact", options, UNPACK_OPTIONS);
  return openFiles(path, readProgramManifest, options);
}

/** Opens an artifact, whatever it holds. @throws what `openArtifact` throws */
export async function openAny(
  path: string,
  options: UnpackOptions = {},
): Promise<OpenArtifact | OpenFiles<ProgramManifest>> {
  const opened = await openFiles(path, readAnyManifest, options);
  const { manifest } = opened;
  return manifest.format === FORMAT ? withWeights({ ...opened, manifest }) : { ...opened, manifest };
}

/** Reads a manifest, as those of read-manifest.ts do. */
type ManifestReader<M> = (folder: string, where: string) => Promise<ManifestFile<M>>;

async function openFiles<M extends Pick<Manifest, "files">>(
  path: string,
  readManifestOf: ManifestReader<M>,
  options: UnpackOptions,
): Promise<OpenFiles<M>> {
  await returnSetAside(path);
  const kind = await kindOf(path);
  if (kind === "missing") throw missing(path);
  if (kind === "other") throw new ArtifactError(path, [NEITHER]);
  if (kind === "folder") return opened(path, path, await readManifestOf(path, path), async () => {});
  const folder = await unpackFolder(path);
  try {
    const manifest = await unpack(path, folder.path, readManifestOf, options);
    return await opened(path, folder.path, manifest, () => folder.remove());
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

const missing = (path: string): ArtifactError =>
  new ArtifactError(path, [{ subject: "artifact", problem: "does not exist", hint: meantPath(path) }]);

async function opened<M extends object>(
  where: string,
  folder: string,
  { manifest, bytes }: ManifestFile<M>,
  close: () => Promise<void>,
): Promise<OpenFiles<M>> {
  noteRead(manifest, MANIFEST_FILE, bytes);
  const signature = await signatureOf(folder, bytes);
  return { where, folder, manifest, signature, close, [Symbol.asyncDispose]: close };
}

/** Unpacks an archive, its manifest first: that says how much the rest may be. */
async function unpack<M extends Pick<Manifest, "files">>(
  path: string,
  folder: string,
  readManifestOf: ManifestReader<M>,
  options: UnpackOptions,
): Promise<ManifestFile<M>> {
  let found: ManifestFile<M> | undefined;
  const readFirst = async () => {
    found = await readManifestOf(folder, path);
    return found.manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  };
  await unpackArtifact(path, folder, readFirst, options);
  return found!;
}

/** In the cache folder or, where that cannot be written, in the folder for temporary files. @throws EnvironmentError */
const unpackFolder = (path: string): Promise<WorkFolder> =>
  inFirstWritable(
    `to unpack ${path} in`,
    [join(cacheFolder(), "unpacked"), tmpdir()],
    "set STABLEGRIFFIN_CACHE to a folder that can be written, or unpack it yourself and give the folder",
    makeWorkFolder,
  );

/** An artifact that a killed export had set aside is back in its place afterwards: nobody is to miss it. */
export async function returnSetAside(path: string): Promise<void> {
  if ((await kindOf(path)) === "missing") await removeAbandoned(dirname(resolve(path)));
}

async function kindOf(path: string): Promise<"folder" | "file" | "missing" | "other"> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return "missing";
  if (stats.isFile()) return "file";
  return stats.isDirectory() ? "folder" : "other";
}

/** A pipe, say, which would be waited for. */
const NEITHER: Problem = {
  subject: "artifact",
  problem: "not a file",
  expected: "a folder, or a .zip of one",
};

/** Adds the index of the weights. Closes the artifact when that cannot be read. */
async function withWeights(artifact: OpenFiles<Manifest>): Promise<OpenArtifact> {
  const { folder, manifest, where } = artifact;
  try {
    const weights = await readWeightsIndex(folder, manifest, where);
    return { ...artifact, weights, weightsFolder: await weightsFolder(where, folder, weights) };
  } catch (error) {
    await artifact.close();
    throw error;
  }
}

/** References are as seen from the artifact, also from one that is unpacked elsewhere. */
async function weightsFolder(
  where: string,
  folder: string,
  { location, folder: named }: WeightsIndex,
): Promise<string | undefined> {
  if (location === "none") return undefined;
  if (location === "copied") return join(folder, named);
  const real = await realpath(where).catch(() => {
    throw new ArtifactError(where, [{ subject: "artifact", problem: "gone while it was opened" }]);
  });
  return resolve(real, named);
}
