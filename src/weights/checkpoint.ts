/** @file The weights of a model folder: model.safetensors, or shards with an index. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { readJson } from "./config-files.js";
import { CheckpointError, type Problem } from "./errors.js";
import { fileProblem } from "./file.js";
import { openSafetensors, type SafetensorsFile } from "./safetensors.js";
import type { StoredTensor } from "./stored.js";

/** Weights under the names of their checkpoint, wherever they come from. */
export interface Checkpoint extends AsyncDisposable {
  /** Folder or description, for messages. */
  readonly where: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): Promise<void>;
}

const SINGLE_FILE = "model.safetensors";
const INDEX_FILE = "model.safetensors.index.json";

const weightMap = z.record(z.string(), z.string());

/**
 * Opens the checkpoint in a folder and checks every header and the index; no tensor is read yet.
 * @throws CheckpointError with all problems of the files
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const files: SafetensorsFile[] = [];
  const close = async () => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    const tensors = await openWeights(folder, files);
    return { where: folder, tensors, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether a folder has files of weights, or claims to; one without is a configuration. */
export async function hasWeights(folder: string): Promise<boolean> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  return names.includes(SINGLE_FILE) || names.includes(INDEX_FILE);
}

/** Opens the weights' files into `files`; the caller closes them, also after an error. */
async function openWeights(
  folder: string,
  files: SafetensorsFile[],
): Promise<ReadonlyMap<string, StoredTensor>> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new CheckpointError(folder, [{ ...fileProblem(error), subject: "folder" }]);
  });
  if (names.includes(SINGLE_FILE)) {
    files.push(await openSafetensors(join(folder, SINGLE_FILE)));
    return files[0]!.tensors;
  }
  const index = await readJson(join(folder, INDEX_FILE));
  if (index === undefined) {
    const others = names.filter((name) => /\.(safetensors|bin|pt|gguf)$/.test(name));
    throw new CheckpointError(folder, [
      {
        subject: "weights",
        problem: "not found",
        expected: `${SINGLE_FILE}, or ${INDEX_FILE} with its shards`,
        got: others.length === 0 ? "no file of weights" : others.join(", "),
      },
    ]);
  }
  const { success, data } = weightMap.safeParse(index.weight_map);
  if (!success) {
    const problem = "not an object of file names";
    throw new CheckpointError(join(folder, INDEX_FILE), [{ subject: "weight_map", problem }]);
  }
  return openShards(folder, new Map(Object.entries(data)), files);
}

async function openShards(
  folder: string,
  shardOf: ReadonlyMap<string, string>,
  files: SafetensorsFile[],
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
  if (shard === basename(shard) && !/[\\/:\0]|^\.*$/.test(shard)) return openSafetensors(join(folder, shard));
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
