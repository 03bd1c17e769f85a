/** @file The JSON files of a model folder that say what model it is: parsed, not yet understood. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "./errors.js";
import { JsonError, nonFiniteAsObjects, parseJsonObject } from "./json.js";
import { fileProblem } from "./file.js";

/** An object of a JSON file. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** config.json, and generation_config.json where there is one. */
export interface ConfigFiles {
  /** Path of config.json, for messages. */
  readonly where: string;
  readonly config: JsonObject;
  /** Empty when there is no such file. */
  readonly generation: JsonObject;
}

/**
 * Reads the configuration of a model folder, with or without weights.
 * @throws CheckpointError when config.json is missing, or one of the files cannot be parsed
 */
export async function readConfigFiles(folder: string): Promise<ConfigFiles> {
  const where = join(folder, "config.json");
  const config = await readJson(where);
  if (config === undefined) {
    const hint = "give the folder of a checkpoint in the Hugging Face layout";
    throw new CheckpointError(where, [{ subject: "file", problem: "does not exist" }], hint);
  }
  return { where, config, generation: (await readJson(join(folder, "generation_config.json"))) ?? {} };
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
