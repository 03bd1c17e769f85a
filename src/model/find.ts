/** @file Which of the models that are known a checkpoint is of. */
import { suggestion } from "../support/suggest.js";
import { CheckpointError, type ConfigFiles } from "../weights/index.js";
import type { ConfiguredModel, ModelDefinition } from "./definition.js";

/**
 * The model that a folder's config.json describes, by its `model_type`; a file that does not say one is of the only model that is known.
 * @throws CheckpointError for a type that no model has, and with everything that is wrong with the configuration
 */
export function configureCheckpoint(files: ConfigFiles, models: readonly ModelDefinition[]): ConfiguredModel {
  const { where, config } = files;
  const type = config.model_type;
  const [only, ...others] = models;
  if (type === undefined && only !== undefined && others.length === 0) return only.fromCheckpoint(files);
  const found = models.find(({ modelTypes }) => modelTypes.some((known) => known === type));
  if (found !== undefined) return found.fromCheckpoint(files);
  const known = models.flatMap(({ modelTypes }) => modelTypes);
  throw new CheckpointError(where, [
    {
      subject: "model_type",
      problem: type === undefined ? "missing" : "no model of this type is known",
      expected: known.join(", "),
      got: type === undefined ? undefined : JSON.stringify(type),
      hint: typeof type === "string" ? suggestion(type, known) : undefined,
    },
  ]);
}
