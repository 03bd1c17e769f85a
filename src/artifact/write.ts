/** @file Artifacts written: a folder or an archive that appears whole or not at all, the manifest last. */
import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { makeFolders } from "../support/folders.js";
import { cannotWrite, GriffinError, UsageError } from "../support/errors.js";
import { makeFile, makeFolder } from "../support/whole.js";
import { type WaitOptions, waitInSteps, WAIT_OPTIONS } from "../support/wait.js";
import { archiveSink } from "./archive-sink.js";
import type { ArtifactContent } from "./content.js";
import { folderSink } from "./folder-sink.js";
import type { Sink, WrittenFile } from "./sink.js";
import { checkTarget } from "./destination.js";
import { FilesWritten, type WriteProgress } from "./files-written.js";
import { ArtifactWriter, type SigningKeys } from "./writer.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** What is done where something is already, who is told, and when to stop. */
export interface PlaceOptions extends WaitOptions {
  /** One .zip instead of a folder. */
  readonly zip?: boolean | undefined;
  /** Whether an artifact that is there already is replaced. */
  readonly force?: boolean | undefined;
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
}

export const PLACE_OPTIONS: OptionNames<PlaceOptions> = {
  ...WAIT_OPTIONS,
  zip: true,
  force: true,
  onProgress: true,
};

export interface WriteOptions extends PlaceOptions {
  readonly keys?: SigningKeys | undefined;
}

/**
 * Writes an artifact. Whatever happens meanwhile, `path` holds the old one, the new one, or nothing. Equal contents give equal
 * bytes. @returns all its files, the largest first
 * @throws UsageError when something is there that is not to be replaced, or a file's name cannot be in an artifact; EnvironmentError
 * with what the file system says; AbortedError when the caller ends it
 */
export async function writeArtifact(
  path: string,
  content: ArtifactContent,
  options: WriteOptions = {},
): Promise<readonly WrittenFile[]> {
  checkOptions("writeArtifact", options, { ...PLACE_OPTIONS, keys: true });
  const { keys = {}, ...place } = options;
  return writeWhole(path, place, (written, at) => new ArtifactWriter(written, keys).write(content, at));
}

/**
 * Writes files that become an artifact once `fill` has written them all, its manifest last. @param fill is told where they will be
 * @returns and throws as `writeArtifact` does
 */
export async function writeWhole(
  path: string,
  { zip = false, force = false, onProgress, ...wait }: PlaceOptions,
  fill: (written: FilesWritten, place: string) => Promise<void>,
): Promise<readonly WrittenFile[]> {
  const left = waitInSteps(`writing ${path}`, wait);
  await checkTarget(path, { zip, force });
  const place = await realPlace(path).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  let files: readonly WrittenFile[] = [];
  const onExisting = force ? "replace" : "refuse";
  const fillSink = async (sink: Sink) => {
    const written = new FilesWritten(sink, (progress) => {
      left();
      onProgress?.(progress);
    });
    await fill(written, place);
    files = written.files;
    await sink.close();
  };
  const make = zip
    ? makeFile(place, async (result) => fillSink(await archiveSink(result)), onExisting)
    : makeFolder(place, ({ result }) => fillSink(folderSink(result)), onExisting);
  await make.catch((error: unknown) => {
    if (!(error instanceof GriffinError)) left();
    throw explain(path, error);
  });
  return [...files].sort((a, b) => b.bytes - a.bytes);
}

/** Where a path leads, its folder made if it is not there. */
async function realPlace(path: string): Promise<string> {
  const parent = dirname(resolve(path));
  await makeFolders(parent);
  return join(await realpath(parent), basename(path));
}

/** What the file system says, as an error of ours. */
function explain(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (cause instanceof GriffinError || code === undefined) return cause;
  if (code === "EEXIST" || code === "ENOTEMPTY") {
    return new UsageError({
      message: `${path} was made by somebody else meanwhile`,
      hint: "--force replaces an artifact",
    });
  }
  return cannotWrite(path, cause);
}
