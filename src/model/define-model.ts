/** @file defineModel: a definition of what an author says of a model. */
import type { ConfigFiles } from "../weights/index.js";
import { configure } from "./configure.js";
import type { ModelDefinition, ModelSpec } from "./definition.js";
import { ModelError } from "./errors.js";

/** The kind of programs that prepare weights for others. */
const RESERVED_KIND = "prepare";

/** Makes a definition of what an author says. @throws ModelError for presets or kinds that cannot be */
export function defineModel<Config, const Kind extends string>(
  spec: ModelSpec<Config, Kind>,
): ModelDefinition<Config, Kind> {
  const { name, checkpoint, kinds, presets = {} } = spec;
  if (Object.hasOwn(kinds, RESERVED_KIND)) {
    const expected = "another name: programs that prepare weights are called so";
    throw new ModelError(`model ${name}`, [
      { subject: "kinds", problem: `"${RESERVED_KIND}" is taken`, expected },
    ]);
  }
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
