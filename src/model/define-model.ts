/** @file defineModel: a definition of what an author says of a model. */
import type { ConfigFiles } from "../weights/index.js";
import { configure } from "./configure.js";
import type { ModelDefinition, ModelSpec } from "./definition.js";

/** Makes a definition of what an author says. @throws ModelError for presets or kinds that cannot be */
export function defineModel<Config, const Kind extends string>(
  spec: ModelSpec<Config, Kind>,
): ModelDefinition<Config, Kind> {
  const { name, checkpoint, kinds, presets = {} } = spec;
  const definition = {
    name,
    modelTypes: checkpoint.modelTypes,
    kinds,
    configure: (config: Config) => configure(spec, config),
    fromCheckpoint: (files: ConfigFiles) => configure(spec, checkpoint.configFrom(files)),
  };
  return {
    ...definition,
    presets: Object.fromEntries(
      Object.entries<Config>(presets).map(([preset, config]) => [preset, definition.configure(config)]),
    ),
  };
}
