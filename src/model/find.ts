/** @file Which of the models that are known a checkpoint is of. */
import { GriffinError } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";
import { bindWeights, CheckpointError, type ConfigFiles } from "../weights/index.js";
import type { ConfiguredModel, ModelDefinition } from "./definition.js";

/**
 * The model that a folder's config.json describes, by its `model_type`. A file that does not say one is of the only model that is known, or of
 * the only one that all the checkpoint's tensors fit.
 * @throws CheckpointError for a type that no model has, and with everything that is wrong with the configuration
 */
export function configureCheckpoint(files: ConfigFiles, models: readonly ModelDefinition[]): ConfiguredModel {
  const { where, config } = files;
  const type = config.model_type;
  const [only, ...others] = models;
  if (type === undefined && only !== undefined && others.length === 0) return only.fromCheckpoint(files);
  const found = models.find(({ modelTypes }) => modelTypes.some((known) => known === type));
  if (found !== undefined) return found.fromCheckpoint(files);
  const fitting = type === undefined ? fittingModels(files, models) : new Map<string, ConfiguredModel>();
  const [first] = fitting.values();
  if (first !== undefined && new Set([...fitting.values()].map(identityOf)).size === 1) return first;
  const known = models.flatMap(({ modelTypes }) => modelTypes);
  throw new CheckpointError(where, [
    {
      subject: "model_type",
      problem: type === undefined ? "missing" : "no model of this type is known",
      expected: known.join(", "),
      got: type === undefined ? undefined : JSON.stringify(type),
      hint: hintOf(type, known, [...fitting.keys()]),
    },
  ]);
}

/** For those whose model is their own. */
const OWN = "a model of your own is named with its folder: ./my-model.ts#name, or `models` in the API";

function hintOf(type: unknown, known: readonly string[], fitting: readonly string[]): string | undefined {
  if (fitting.length > 0) return `the tensors fit ${fitting.join(", ")}: say which`;
  return typeof type === "string" ? (didYouMean(type, known) ?? OWN) : undefined;
}

const identityOf = ({ name, config }: ConfiguredModel): string => JSON.stringify([name, config]);

/** By `model_type`: the models that the file may describe, and whose parameters are the tensors of the checkpoint, all of them. */
function fittingModels(
  { tensors, ...files }: ConfigFiles,
  models: readonly ModelDefinition[],
): ReadonlyMap<string, ConfiguredModel> {
  const fitting = new Map<string, ConfiguredModel>();
  if (tensors === undefined) return fitting;
  for (const model of models) {
    for (const model_type of model.modelTypes) {
      try {
        const configured = model.fromCheckpoint({ ...files, config: { ...files.config, model_type } });
        bindWeights({ where: files.where, tensors }, configured.parameters, configured.names);
        fitting.set(model_type, configured);
      } catch (error) {
        if (!(error instanceof GriffinError)) throw error;
      }
    }
  }
  return fitting;
}
