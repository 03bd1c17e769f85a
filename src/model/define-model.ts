/** @file defineModel: a definition of what an author says of a model. */
import type { ConfigFiles } from "../weights/index.js";
import { configure } from "./configure.js";
import type { ModelDefinition, ModelSpec } from "./definition.js";
import { ModelError } from "./errors.js";
import { checkOptions } from "../support/options.js";
import { checkMembers } from "../support/members.js";

/** Kinds of programs that no model has of its own, and what they are. */
const RESERVED_KINDS = {
  prepare: "programs that prepare weights",
  sampler: "programs that draw tokens",
  loop: "programs that make several tokens in one call",
};

/** Makes a definition of what an author says. @throws ModelError for presets or kinds that cannot be */
export function defineModel<Config, const Kind extends string>(
  spec: ModelSpec<Config, Kind>,
): ModelDefinition<Config, Kind> {
  checkOptions("defineModel", spec, {
    name: true,
    config: true,
    checkpoint: true,
    kinds: true,
    program: true,
    generation: true,
    withCapacity: true,
    training: true,
    dtype: true,
    summary: true,
    presets: true,
  });
  checkMembers("defineModel", "definition", spec, {
    name: "text",
    config: "object",
    checkpoint: "object",
    kinds: "object",
    program: "function",
    presets: "object?",
  });
  checkMembers("defineModel", "checkpoint", spec.checkpoint, { modelTypes: "list", configFrom: "function" });
  const { name, checkpoint, kinds, presets = {} } = spec;
  for (const [kind, what] of Object.entries(RESERVED_KINDS)) {
    if (!Object.hasOwn(kinds, kind)) continue;
    const expected = `another name: ${what} are called so`;
    throw new ModelError(`model ${name}`, [{ subject: "kinds", problem: `"${kind}" is taken`, expected }]);
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
