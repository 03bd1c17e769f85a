/** @file What says which model a folder is of: its JSON files, and names of its weights where these do not. */
import { join } from "node:path";
import { CHANGED_FOLDER, readAtOneTime } from "../support/folder-state.js";
import { hasWeights, openCheckpoint } from "./checkpoint.js";
import { type ConfigFiles, readJson } from "./config-files.js";
import { CheckpointError } from "./errors.js";

/**
 * Reads the configuration of a model folder, with or without weights.
 * @throws CheckpointError when config.json is missing, one of the files cannot be parsed, or the weights that must say the model are damaged
 */
export function readConfigFiles(folder: string): Promise<ConfigFiles> {
  const error = () => new CheckpointError(folder, [{ subject: "folder", ...CHANGED_FOLDER }]);
  return readAtOneTime(folder, () => readFiles(folder), { error });
}

async function readFiles(folder: string): Promise<ConfigFiles> {
  const where = join(folder, "config.json");
  const config = await readJson(where);
  if (config === undefined) {
    const hint = "give the folder of a checkpoint in the Hugging Face layout";
    throw new CheckpointError(where, [{ subject: "file", problem: "does not exist" }], hint);
  }
  const generation = (await readJson(join(folder, "generation_config.json"))) ?? {};
  if (config.model_type !== undefined || !(await hasWeights(folder))) return { where, config, generation };
  await using checkpoint = await openCheckpoint(folder);
  return { where, config, generation, tensors: checkpoint.tensors };
}
