/** @file The weights of a model folder: model.safetensors, shards of it with an index, or what PyTorch or orbax wrote. */
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import { CHANGED_FOLDER, readAtOneTime } from "../support/folder-state.js";
import { isPlainName } from "../support/plain-name.js";
import { readJson } from "./config-files.js";
import { CheckpointError, type Problem } from "./errors.js";
import { fileProblem } from "./file.js";
import { findOrbax, openOrbax } from "./orbax/open.js";
import { openStore } from "./open-store.js";
import { openSafetensors, type SafetensorsFile } from "./safetensors.js";
import type { StoredTensor, StoreFormat, TensorStore } from "./stored.js";
import { openTorch } from "./torch/open.js";

/** Weights under the names of their checkpoint, wherever they come from. */
export interface Checkpoint extends AsyncDisposable {
  /** Folder or description, for messages. */
  readonly where: string;
  /** Of its files; absent when the weights are computed. */
  readonly format?: StoreFormat;
  /** What a person should know before they rely on it. Default: nothing. */
  readonly notes?: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): Promise<void>;
}

const SINGLE_FILE = "model.safetensors";
const INDEX_FILE = "model.safetensors.index.json";

/** What people call files that torch.save wrote. */
const TORCH_FILE = /\.(?:pt|pth|bin)$/;

const weightMap = z.record(z.string(), z.string());

/**
 * Opens the checkpoint in a folder and checks every header and the index; no tensor is read yet.
 * @throws CheckpointError with all problems of the files
 */
export function openCheckpoint(folder: string): Promise<Checkpoint> {
  return readAtOneTime(folder, () => openFiles(folder), {
    error: () => new CheckpointError(folder, [{ subject: "folder", ...CHANGED_FOLDER }]),
    release: (checkpoint) => checkpoint.close(),
  });
}

async function openFiles(folder: string): Promise<Checkpoint> {
  const files: TensorStore[] = [];
  const close = async () => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    const tensors = await openWeights(folder, files);
    const format = files[0]?.format ?? "safetensors";
    const notes = files.flatMap((file) => file.notes ?? []);
    return { where: folder, format, notes, tensors, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens weights wherever they are: in a folder as `openCheckpoint` does, or in one file. @throws CheckpointError */
export async function openWeightsAt(path: string): Promise<Checkpoint> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return openCheckpoint(path);
  return { ...(await openStore(path)), where: path };
}

/** Whether a folder has files of weights, or claims to; one without is a configuration. */
export async function hasWeights(folder: string): Promise<boolean> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const isFile = names.some((name) => name === SINGLE_FILE || name === INDEX_FILE || TORCH_FILE.test(name));
  return isFile || (await findOrbax(folder)).length > 0;
}

/**
 * Opens the weights' files into `files`; the caller closes them, also after an error. Where there are several kinds, safetensors are
 * taken: people who convert keep the old beside the new.
 */
async function openWeights(folder: string, files: TensorStore[]): Promise<ReadonlyMap<string, StoredTensor>> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new CheckpointError(folder, [{ ...fileProblem(folder, error), subject: "folder" }]);
  });
  if (names.includes(SINGLE_FILE)) {
    files.push(await openSafetensors(join(folder, SINGLE_FILE)));
    return files[0]!.tensors;
  }
  const index = await readJson(join(folder, INDEX_FILE));
  if (index === undefined) {
    files.push(await openOther(folder, names));
    return files[0]!.tensors;
  }
  const { success, data } = weightMap.safeParse(index.weight_map);
  if (!success) {
    const problem = "not an object of file names";
    throw new CheckpointError(join(folder, INDEX_FILE), [{ subject: "weight_map", problem }]);
  }
  return openShards(folder, new Map(Object.entries(data)), files);
}

/** Weights that are not safetensors. @throws CheckpointError when there are none, or several */
async function openOther(folder: string, names: readonly string[]): Promise<TensorStore> {
  const found = names.filter((name) => TORCH_FILE.test(name)).sort();
  const trees = await findOrbax(folder);
  if (found.length + trees.length === 1) {
    return found.length === 1 ? openTorch(join(folder, found[0]!)) : openOrbax(trees[0]!);
  }
  const others = names.filter((name) => /\.(?:safetensors|gguf|npz|msgpack)$/.test(name));
  throw new CheckpointError(folder, [
    {
      subject: "weights",
      problem: found.length + trees.length > 1 ? "more than one could be meant" : "not found",
      expected: `${SINGLE_FILE}, ${INDEX_FILE} with its shards, one file of torch.save (.pt), or one folder of orbax`,
      got:
        [...found, ...trees.map((tree) => relative(folder, tree)), ...others].join(", ") ||
        "no file of weights",
    },
  ]);
}

async function openShards(
  folder: string,
  shardOf: ReadonlyMap<string, string>,
  files: TensorStore[],
): Promise<ReadonlyMap<string, StoredTensor>> {
  const problems: Problem[] = [];
  const unusable = new Set<string>();
  const tensors = new Map<string, StoredTensor>();
  const foundIn = new Map<string, string>();
  for (const shard of new Set(shardOf.values())) {
    try {
      const file = await openShard(folder, shard);
      files.push(file);
      for (const [name, tensor] of file.tensors) {
        if (foundIn.has(name)) {
          problems.push({ subject: name, problem: "stored twice", got: `${foundIn.get(name)}, ${shard}` });
        }
        foundIn.set(name, shard);
        tensors.set(name, tensor);
      }
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      unusable.add(shard);
      problems.push(
        ...error.problems.map((p) => ({ ...p, subject: shard, problem: `${p.subject}: ${p.problem}` })),
      );
    }
  }
  problems.push(...compareIndex(shardOf, foundIn, unusable));
  if (problems.length > 0) throw new CheckpointError(folder, problems);
  return tensors;
}

/** A shard must lie in the folder itself: an index must not make us open files elsewhere. */
async function openShard(folder: string, shard: string): Promise<SafetensorsFile> {
  if (isPlainName(shard)) return openSafetensors(join(folder, shard));
  throw new CheckpointError(folder, [
    { subject: INDEX_FILE, problem: "names a file outside its folder", expected: "a plain file name" },
  ]);
}

/** Both directions: what the index promises is in the shard it names, and the shards hold nothing else. */
function compareIndex(
  shardOf: ReadonlyMap<string, string>,
  foundIn: ReadonlyMap<string, string>,
  unusable: ReadonlySet<string>,
): Problem[] {
  const problems: Problem[] = [];
  for (const [name, expected] of shardOf) {
    const got = foundIn.get(name);
    if (got === expected || unusable.has(expected)) continue;
    const problem =
      got === undefined ? "in the index but in no shard" : "not in the shard that the index names";
    problems.push({ subject: name, problem, expected, got });
  }
  for (const [name, got] of foundIn) {
    if (!shardOf.has(name)) problems.push({ subject: name, problem: "in a shard but not in the index", got });
  }
  return problems;
}
