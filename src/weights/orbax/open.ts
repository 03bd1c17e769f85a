/** @file Checkpoints of Flax, as orbax writes them: arrays of zarr in a folder, or in a database in that folder. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { packedBytes } from "../dtype.js";
import { CheckpointError, type Problem } from "../errors.js";
import { JsonError } from "../../support/json.js";
import { CHANGED_FOLDER, folderIdentity } from "../../support/folder-state.js";
import { parseJsonObject } from "../json.js";
import { BriefMemory } from "../memory.js";
import type { StoredTensor, TensorStore } from "../stored.js";
import { isPlain, memoryFor, plainParts, readArray, type StoredArray } from "./array.js";
import { metadataFiles } from "./array-metadata.js";
import { MANIFEST, openDatabase } from "./ocdbt.js";
import { folderStore, type ValueStore } from "./store.js";

/** What lies in a folder that orbax wrote; older ones have only the arrays. */
const MARKS = [MANIFEST, "_METADATA", "_CHECKPOINT_METADATA"];

/** Whether a folder is one that orbax wrote. */
async function looksLikeOrbax(folder: string): Promise<boolean> {
  if (MARKS.some((name) => existsSync(join(folder, name)))) return true;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.some((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, ".zarray")));
}

/** Folders that orbax wrote: `folder`, or below it, where a manager of checkpoints puts them (`orbax`, `1000/default`). */
export async function findOrbax(folder: string, depth = 2): Promise<readonly string[]> {
  if (await looksLikeOrbax(folder)) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  return (await Promise.all(folders.sort().map((below) => findOrbax(below, depth - 1)))).flat();
}

/**
 * Opens a checkpoint: a tensor by the keys that lead to it in the tree, joined by dots; `params` around all of them is left out.
 * @throws CheckpointError with all that is wrong with the arrays' descriptions; for a database whose checksums are wrong
 */
export async function openOrbax(folder: string): Promise<TensorStore> {
  const before = await folderIdentity(folder);
  const isDatabase = existsSync(join(folder, MANIFEST));
  const store = ofOneTime(
    isDatabase ? await openDatabase(folder) : await folderStore(folder),
    folder,
    before,
  );
  const close = () => store.close();
  try {
    const tensors = await readTensors(store, folder);
    const format = isDatabase ? "orbax" : "orbax-zarr";
    return { path: folder, format, metadata: {}, tensors, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same values, as long as another folder is not put in its place: its files are opened when they are asked for. */
function ofOneTime(store: ValueStore, folder: string, before: string): ValueStore {
  const checked = async <T>(value: T): Promise<T> => {
    if ((await folderIdentity(folder)) === before) return value;
    throw new CheckpointError(folder, [{ subject: "folder", ...CHANGED_FOLDER }]);
  };
  return {
    keys: store.keys,
    read: async (...given) => checked(await store.read(...given)),
    sizeOf: async (...given) => checked(await store.sizeOf(...given)),
    readPart: async (...given) => checked(await store.readPart(...given)),
    close: () => store.close(),
  };
}

async function readTensors(store: ValueStore, where: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const problems: Problem[] = [];
  const arrays: StoredArray[] = [];
  const memory = new BriefMemory();
  for (const key of store.keys) {
    const [, name, file] = /^(.+)\/(\.zarray|zarr\.json)$/.exec(key) ?? [];
    if (name === undefined) continue;
    const found = await readMetadata(store, name, file as keyof typeof metadataFiles);
    if ("problem" in found) problems.push(found);
    else arrays.push({ ...found, where, memory });
  }
  if (problems.length === 0 && arrays.length === 0) {
    problems.push({
      subject: "checkpoint",
      problem: "there is no array in it",
      expected: `${MANIFEST}, or folders with ${Object.keys(metadataFiles).join(" or ")}`,
    });
  }
  const names = namesOf(arrays);
  const tensors = new Map<string, StoredTensor>();
  for (const [i, array] of arrays.entries()) {
    const name = names[i]!;
    if (tensors.has(name)) problems.push({ subject: name, problem: "stored twice" });
    tensors.set(name, storedTensor(name, array));
  }
  if (problems.length > 0) throw new CheckpointError(where, problems);
  return tensors;
}

/** Longer is no description of an array, bytes. */
const LONGEST_METADATA = 1 << 20;

async function readMetadata(
  store: ValueStore,
  name: string,
  file: keyof typeof metadataFiles,
): Promise<Omit<StoredArray, "where" | "memory"> | Problem> {
  const subject = `${name}/${file}`;
  const size = (await store.sizeOf(subject))!;
  if (size > LONGEST_METADATA)
    return {
      subject,
      problem: "too large",
      expected: `at most ${LONGEST_METADATA} bytes`,
      got: `${size} bytes`,
    };
  const text = new TextDecoder().decode((await store.read(subject))!);
  let json: unknown;
  try {
    json = parseJsonObject(text);
  } catch (error) {
    if (error instanceof JsonError) return { subject, problem: `cannot be parsed: ${error.message}` };
    throw error;
  }
  const { success, data, error } = metadataFiles[file].safeParse(json);
  if (!success) {
    return {
      subject,
      problem: "not an array that is read here",
      got: z.prettifyError(error).replaceAll("\n", " "),
    };
  }
  if (data.chunks.length !== data.shape.length || packedBytes(data.dtype, data.shape) === undefined) {
    const [expected, got] = [`${data.shape.length} sizes of chunks`, `${data.chunks.length}`];
    return { subject, problem: "its chunks do not fit its shape", expected, got };
  }
  const chunkBytes = packedBytes(data.dtype, data.chunks) ?? Number.POSITIVE_INFINITY;
  const most = Math.max(LARGEST_SPARE_CHUNK, MOST_BEYOND * packedBytes(data.dtype, data.shape)!);
  if (chunkBytes > most) {
    const [expected, got] = [`at most ${most} bytes`, `${chunkBytes} bytes`];
    return { subject, problem: "its chunks are far larger than it is", expected, got };
  }
  return { ...data, name, store };
}

/** A chunk may reach beyond its array, and is taken apart whole: so far, times the array's bytes, and anyway so far, bytes. */
const MOST_BEYOND = 16;
const LARGEST_SPARE_CHUNK = 2 ** 28;

/** Keys joined by dots, as in `blocks.0.mlp_block.ffw_up.w`, or folders in folders; without what is around all of them. */
function namesOf(arrays: readonly StoredArray[]): readonly string[] {
  const names = arrays.map(({ name }) => name.replaceAll("/", "."));
  const isWrapped = names.length > 0 && names.every((name) => name.startsWith("params."));
  return isWrapped ? names.map((name) => name.slice("params.".length)) : names;
}

function storedTensor(name: string, array: StoredArray): StoredTensor {
  const { dtype, shape, where } = array;
  const bytes = packedBytes(dtype, shape)!;
  const common = { name, dtype, shape, bytes, file: where };
  if (!isPlain(array)) return { ...common, read: (into, signal) => readArray(array, into, signal) };
  const readPart = plainParts(array);
  return { ...common, read: async (into = memoryFor(array)) => readPart(0, into), readPart };
}
