/** @file The model and the program that options name, or a module of the author's. */
import type { TracedProgram } from "../dsl/index.js";
import {
  chooseModel,
  completeKey,
  type ConfiguredModel,
  type ModelDefinition,
  type TraceKey,
} from "../model/index.js";
import { UsageError } from "../support/errors.js";
import { flagOf } from "../support/flag-of.js";
import type { CommandContext } from "./context.js";
import type { ModelFlags, SourceFlags } from "./model-options.js";
import { chooseExport } from "./modules/choose-export.js";
import type { Export, Kind } from "./modules/kinds.js";
import { moduleReference } from "./modules/reference.js";
import { oneOf } from "./options.js";

/** The definition that a word names, for commands that read checkpoints of it; all that are known where there is no word. */
export async function chooseDefinitions(
  context: CommandContext,
  word: string | undefined,
): Promise<readonly ModelDefinition[]> {
  if (word === undefined) return context.models.load();
  return [(await chooseOwn(context, word, ["model"])).value];
}

/** The export of a module that a word names. @throws UsageError for a word that is no module; what `chooseExport` throws */
export async function chooseOwn<K extends Kind>(
  context: CommandContext,
  word: string,
  wanted: readonly K[],
): Promise<Export<K>> {
  const reference = moduleReference(word);
  if (reference !== undefined) return chooseExport(context, reference, wanted);
  throw new UsageError({
    message: `"${word}" is no module`,
    expected: "a file of TypeScript or JavaScript and one of its exports: ./my-model.ts#name",
  });
}

/**
 * The model that options choose, of those that a module has, or of all that are known. A module's model that has one preset is that one,
 * unless options say otherwise.
 * @throws UsageError unless just one of --model and --preset is given, or for a preset that no model has; CheckpointError
 */
export async function configureChosen(
  context: CommandContext,
  own: Export<"model" | "configured model"> | undefined,
  { model, preset }: SourceFlags,
): Promise<ConfiguredModel> {
  if (own?.kind === "configured model") {
    checkNoFlags("the module's model is configured already", { model, preset });
    return own.value;
  }
  const models = own === undefined ? await context.models.load() : [own.value];
  return chooseModel(models, { model, preset }, flagOf);
}

/**
 * The program that a word names, or one of the model that it or options name.
 * @throws UsageError for options that go with something else; CheckpointError; ShapeError, TraceError at the author's line; what loading a module throws
 */
export async function chooseProgram(
  context: CommandContext,
  word: string | undefined,
  flags: ModelFlags,
): Promise<TracedProgram> {
  const own =
    word === undefined ? undefined : await chooseOwn(context, word, ["program", "model", "configured model"]);
  if (own?.kind === "program") {
    checkNoFlags("a program of a module is traced already", flags);
    return own.value;
  }
  const model = await configureChosen(context, own, flags);
  return model.program(traceKeyOf(model, flags));
}

const MODEL_FLAGS = ["model", "preset", "program", "batch", "time", "dtype"] as const;

/** @throws UsageError for options that choose what is chosen already */
function checkNoFlags(message: string, flags: SourceFlags | ModelFlags): void {
  const given: Readonly<Record<string, unknown>> = { ...flags };
  const names = MODEL_FLAGS.filter((name) => given[name] !== undefined).map((name) => `--${name}`);
  if (names.length === 0) return;
  throw new UsageError({ message, expected: `no ${names.join(", ")}` });
}

/** The program that the options ask for. @throws UsageError for a kind that the model has not, or a number of tokens that it does not take */
function traceKeyOf(model: ConfiguredModel, { program, batch, time, dtype }: ModelFlags): TraceKey {
  const { kinds } = model;
  const asked = program === undefined ? undefined : oneOf("--program", Object.keys(kinds))(program);
  const key = completeKey(model, { kind: asked, batch, time, dtype });
  const { kind } = key;
  const fixed = kinds[kind]!.time;
  if (fixed !== undefined && key.time !== fixed) {
    throw new UsageError({
      message: `${kind} takes ${fixed === 1 ? "one token" : `${fixed} tokens`} of each sequence`,
      expected: `--time ${fixed}`,
      got: `${time}`,
    });
  }
  return key;
}
