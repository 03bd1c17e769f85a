/** @file The model and the program that options name. */
import {
  configureCheckpoint,
  type ConfiguredModel,
  type ModelDefinition,
  type TraceKey,
} from "../model/index.js";
import { UsageError } from "../support/errors.js";
import { readConfigFiles } from "../weights/index.js";
import type { CommandContext } from "./context.js";
import type { ModelFlags, SourceFlags } from "./model-options.js";
import { oneOf } from "./options.js";

/** @throws UsageError unless just one of --model and --preset is given */
export function checkOneModel(models: readonly ModelDefinition[], { model, preset }: SourceFlags): void {
  if ((model === undefined) !== (preset === undefined)) return;
  throw new UsageError({
    message: model === undefined ? "no model given" : "--model and --preset are both given",
    expected: "one of --model DIR, --preset NAME",
    hint: `presets: ${[...presetsOf(models).keys()].join(", ")}`,
  });
}

/** @throws UsageError unless just one of --model and --preset is given, or for a preset that no model has; CheckpointError */
export async function chooseModel(
  context: CommandContext,
  { model, preset }: SourceFlags,
): Promise<ConfiguredModel> {
  const models = await context.models.load();
  checkOneModel(models, { model, preset });
  if (preset !== undefined) return choosePreset(models, preset);
  return configureCheckpoint(await readConfigFiles(model!), models);
}

/** The presets of all models, by name. */
const presetsOf = (models: readonly ModelDefinition[]): ReadonlyMap<string, ConfiguredModel> =>
  new Map(models.flatMap((model) => Object.entries(model.presets)));

/** @throws UsageError for a preset that no model has */
export function choosePreset(models: readonly ModelDefinition[], name: string): ConfiguredModel {
  const presets = presetsOf(models);
  return presets.get(oneOf("--preset", [...presets.keys()])(name))!;
}

/** The program that the options ask for. @throws UsageError for a kind that the model has not, or a number of tokens that it does not take */
export function traceKeyOf(model: ConfiguredModel, { program, batch, time, dtype }: ModelFlags): TraceKey {
  const { kinds, generation } = model;
  const kind =
    program === undefined ? generation.programs.prefill : oneOf("--program", Object.keys(kinds))(program);
  const fixed = kinds[kind]!.time;
  if (fixed !== undefined && (time ?? fixed) !== fixed) {
    throw new UsageError({
      message: `${kind} takes ${fixed === 1 ? "one token" : `${fixed} tokens`} of each sequence`,
      expected: `--time ${fixed}`,
      got: `${time}`,
    });
  }
  return { kind, batch, time: time ?? fixed ?? 256, dtype: dtype ?? model.dtype };
}
