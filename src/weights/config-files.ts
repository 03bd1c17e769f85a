/** @file The JSON files of a model folder that say what model it is: parsed, not yet understood. */
import { CheckpointError } from "./errors.js";
import { JsonError } from "../support/json.js";
import { readLimited } from "../support/read-limited.js";
import { nonFiniteAsObjects, parseJsonObject } from "./json.js";
import type { StoredTensor } from "./stored.js";

/** An object of a JSON file. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** config.json, and generation_config.json where there is one. */
export interface ConfigFiles {
  /** Path of config.json, for messages. */
  readonly where: string;
  readonly config: JsonObject;
  /** Empty when there is no such file. */
  readonly generation: JsonObject;
  /** Headers of the weights, where there are weights and config.json does not say what model it is; not to be read from. */
  readonly tensors?: ReadonlyMap<string, StoredTensor> | undefined;
}

/** Longer is no configuration and no index of shards, bytes. */
const LONGEST = 1 << 26;

/** The object in a JSON file, or undefined when there is no such file. @throws CheckpointError */
export async function readJson(path: string): Promise<JsonObject | undefined> {
  const file = await readLimited(path, LONGEST);
  if ("problem" in file) {
    if (file.problem === "missing") return undefined;
    throw new CheckpointError(path, [{ subject: "file", ...file }]);
  }
  try {
    return parseJsonObject(nonFiniteAsObjects(file.bytes.toString("utf8")));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CheckpointError(path, [{ subject: "file", problem: `cannot be parsed: ${error.message}` }]);
  }
}
