/** @file The model that is meant: by the folder of a checkpoint, or by the name of a preset. */
import { UsageError } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";
import { readConfigFiles } from "../weights/index.js";
import type { ConfiguredModel, ModelDefinition } from "./definition.js";
import { configureCheckpoint } from "./find.js";
import { checkOptions } from "../support/options.js";

/** One of both, unless the models that are known leave no choice. */
export interface ModelChoice {
  /** Folder of a checkpoint: its config.json is enough, no weights are read. */
  readonly model?: string | undefined;
  /** Name of a preset of one of the models: a published or a tiny size. */
  readonly preset?: string | undefined;
}

/** The presets of all models, by name. */
const presetsOf = (models: readonly ModelDefinition[]): ReadonlyMap<string, ConfiguredModel> =>
  new Map(models.flatMap(({ presets }) => Object.entries(presets)));

/**
 * The model that a choice means, of those that are known. Where nothing is chosen it is the only preset of the only model.
 * @param nameOf what the caller calls an option; default: its name here
 * @throws UsageError unless just one of both is given, and for a preset that no model has; CheckpointError for a folder without a
 * configuration, of a type that no model has, and with everything that is wrong with it
 */
export async function chooseModel(
  models: readonly ModelDefinition[],
  choice: ModelChoice,
  nameOf: (option: keyof ModelChoice) => string = (option) => option,
): Promise<ConfiguredModel> {
  checkOptions("chooseModel", choice, { model: true, preset: true });
  const { model, preset } = choice;
  const presets = presetsOf(models);
  if (model !== undefined && preset === undefined)
    return configureCheckpoint(await readConfigFiles(model), models);
  if (preset !== undefined && model === undefined) return presetCalled(preset, presets, nameOf("preset"));
  const [only, ...others] = presets.values();
  if (model === undefined && only !== undefined && models.length === 1 && others.length === 0) return only;
  const [folder, name] = [nameOf("model"), nameOf("preset")];
  const known = [...presets.keys()];
  const hint = known.length === 0 ? undefined : `presets: ${known.join(", ")}`;
  const either = `one of ${folder} DIR, ${name} NAME`;
  if (model !== undefined)
    throw new UsageError({ message: `${folder} and ${name} are both given`, expected: either, hint });
  const [own, ...more] = models;
  // A model that was handed in alone is there: its sizes are not.
  const message =
    own === undefined || more.length > 0 ? "no model given" : `no configuration of model "${own.name}" given`;
  throw new UsageError({
    message,
    expected: known.length === 0 ? `${folder} DIR, with a config.json` : either,
    hint,
  });
}

/** @throws UsageError for a preset that no model has */
function presetCalled(
  name: string,
  presets: ReadonlyMap<string, ConfiguredModel>,
  option: string,
): ConfiguredModel {
  const preset = presets.get(name);
  if (preset !== undefined) return preset;
  const known = [...presets.keys()];
  throw new UsageError({
    message: `${option} is not valid`,
    expected: known.join(", ") || "no preset: no model that is known has one",
    got: name,
    hint: didYouMean(name, known),
  });
}
