/** @file The model that is meant: by the folder of a checkpoint, or by the name of a preset. */
import { UsageError } from "../support/errors.js";
import { suggestion } from "../support/suggest.js";
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
  throw new UsageError({
    message: model === undefined ? "no model given" : `${folder} and ${name} are both given`,
    expected: `one of ${folder} DIR, ${name} NAME`,
    hint: presets.size === 0 ? undefined : `presets: ${[...presets.keys()].join(", ")}`,
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
    hint: suggestion(name, known),
  });
}
