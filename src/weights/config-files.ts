/** @file The JSON files of a model folder that say what model it is: parsed, not yet understood. */
import { readFile } from "node:fs/promises";
import { CheckpointError } from "./errors.js";
import { JsonError, nonFiniteAsObjects, parseJsonObject } from "./json.js";
import { fileProblem } from "./file.js";
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

/** The object in a JSON file, or undefined when there is no such file. @throws CheckpointError */
export async function readJson(path: string): Promise<JsonObject | undefined> {
  try {
    return parseJsonObject(nonFiniteAsObjects(await readFile(path, "utf8")));
  } catch (error) {
    if (error instanceof JsonError) {
      throw new CheckpointError(path, [{ subject: "file", problem: `cannot be parsed: ${error.message}` }]);
    }
    const problem = fileProblem(error);
    if (problem.problem === "does not exist") return undefined;
    throw new CheckpointError(path, [problem]);
  }
}
