/** @file What says which model a folder is of: its JSON files, and names of its weights where these do not. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { meantPath } from "../support/meant-path.js";
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

/** What is not there: the folder, or its config.json. */
async function noConfiguration(folder: string, where: string): Promise<CheckpointError> {
  const hint = "give the folder of a checkpoint in the Hugging Face layout";
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return new CheckpointError(where, [{ subject: "file", problem: "does not exist" }], hint);
  const missing = { subject: "folder", problem: "does not exist", hint: meantPath(folder) };
  return new CheckpointError(folder, [missing], hint);
}

async function readFiles(folder: string): Promise<ConfigFiles> {
  const where = join(folder, "config.json");
  const config = await readJson(where);
  if (config === undefined) throw await noConfiguration(folder, where);
  const generation = (await readJson(join(folder, "generation_config.json"))) ?? {};
  if (config.model_type !== undefined || !(await hasWeights(folder))) return { where, config, generation };
  await using checkpoint = await openCheckpoint(folder);
  return { where, config, generation, tensors: checkpoint.tensors };
}
