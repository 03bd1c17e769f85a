/** @file The models that a command line knows: their names at once, for help; all of them when a command needs one. */
import { kindNames, presetNames } from "../../models/names.js";
import type { Extension } from "../extension/define-extension.js";
import { modelsWith } from "../extension/models-with.js";
import type { ModelDefinition } from "../model/index.js";

/** The models that a command line knows. */
export interface KnownModels {
  /** Names of their presets, for help. */
  readonly presets: readonly string[];
  /** Names of their kinds of programs, for help. */
  readonly kinds: readonly string[];
  load(): Promise<readonly ModelDefinition[]>;
}

/** This package's models. Their names are told without loading them, which takes longer than the rest of help. */
export const ownModels: KnownModels = {
  presets: presetNames,
  kinds: kindNames,
  load: async () => (await import("../../models/index.js")).models,
};

/** Models that are there already. */
export const knownModels = (models: readonly ModelDefinition[]): KnownModels => ({
  presets: models.flatMap((model) => Object.keys(model.presets)),
  kinds: [...new Set(models.flatMap((model) => Object.keys(model.kinds)))],
  load: async () => models,
});

/** Models and those of extensions. */
export function withModelsOf(models: KnownModels, extensions: readonly Extension[]): KnownModels {
  const added = knownModels(extensions.flatMap((extension) => extension.models));
  return {
    presets: [...models.presets, ...added.presets],
    kinds: [...new Set([...models.kinds, ...added.kinds])],
    load: async () => modelsWith(await models.load(), extensions),
  };
}
