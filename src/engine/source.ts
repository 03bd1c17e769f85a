/** @file What text is generated with: a checkpoint that is compiled here, or an artifact that was compiled before. */
import {
  ArtifactError,
  artifactTokenizer,
  artifactTokenizerFiles,
  loadArtifact,
  type LoadOptions as ArtifactOptions,
  type OpenArtifact,
  openArtifact,
} from "../artifact/index.js";
import { configureCheckpoint, type ModelDefinition, ModelError } from "../model/index.js";
import { type Client, elementCount } from "../runtime-pjrt/index.js";
import type { LoadedProgram, ResidentModel } from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import { describeStrategies } from "../targets/index.js";
import { type ChatTemplate, loadChatTemplate, loadTokenizer, type Tokenizer } from "../tokens/index.js";
import { openCheckpoint, readConfigFiles } from "../weights/index.js";
import { capacityFor } from "./capacity.js";
import { Model, type ModelOptions, MODEL_OPTIONS } from "./model.js";
import { verifyPortable } from "./verify-portable.js";
import { type OptionNames, withoutOptions, checkOptions, pickOptions } from "../support/options.js";
import { ARTIFACT_LOAD_OPTIONS } from "../artifact/load.js";
import { LOWERING_OPTIONS, loweringOf } from "../targets/options.js";

/** How a model is put on a device; what only the other kind of source takes is refused. */
export interface SourceOptions extends ModelOptions, Omit<ArtifactOptions, "verifyProgram"> {}

export const SOURCE_OPTIONS: OptionNames<SourceOptions> = {
  ...MODEL_OPTIONS,
  ...withoutOptions(ARTIFACT_LOAD_OPTIONS, "verifyProgram"),
};

/** Of a checkpoint alone: an artifact's programs are as they were exported. Extensions are known or not, whatever is loaded. */
const CHECKPOINT_OPTIONS = { dtype: true, capacity: true, ...withoutOptions(LOWERING_OPTIONS, "extensions") };

/** Of an artifact alone. A place for keys asks for nothing: a checkpoint needs none. */
const ARTIFACT_OPTIONS: Readonly<
  Record<Exclude<keyof ArtifactOptions, keyof ModelOptions | "keyFolder" | "verifyProgram">, true>
> = { publicKey: true, weights: true, trustExecutables: true, memoryLimit: true };

/**
 * @param where the checkpoint or artifact
 * @param nameOf what the caller calls an option; default: its name here
 * @throws UsageError for an option that only the other kind takes: whoever gives one relies on it
 */
export function checkSourceOptions(
  kind: "checkpoint" | "artifact",
  options: SourceOptions,
  where: string,
  nameOf: (option: string) => string = (option) => option,
): void {
  const isArtifact = kind === "artifact";
  const given = new Map<string, unknown>(Object.entries(options));
  const others = Object.keys(isArtifact ? CHECKPOINT_OPTIONS : ARTIFACT_OPTIONS);
  const misplaced = others.find((name) => given.get(name) !== undefined);
  if (misplaced === undefined) return;
  throw new UsageError({
    message: `${nameOf(misplaced)} ${isArtifact ? "does not go" : "goes"} with an artifact`,
    where,
    hint: isArtifact
      ? "its programs are as they were exported; an export takes this option"
      : "a model folder has weights of its own, and no signature, executables or plan of memory",
  });
}

/** A model on a device, and what is worth a note: tensors that were ignored, executables that do not fit. */
export interface LoadedSource {
  readonly model: ResidentModel<LoadedProgram>;
  readonly notes: readonly string[];
  /** How the programs that it made until now were lowered, in words: the ops that have strategies; or which artifact they are of. */
  describe(): string;
}

/** A model that is opened, not on a device yet. Close it after the models that were loaded of it. */
export interface ModelSource extends AsyncDisposable {
  readonly vocabSize: number;
  /** Number of weights. */
  readonly parameters: number;
  /** The capacity to load with for sequences of so many tokens: undefined where there is nothing to choose. */
  capacityFor(tokens: number): number | undefined;
  /** @throws UsageError when it has none */
  tokenizer(): Promise<Tokenizer>;
  /** How its dialogues are written. @throws UsageError for a template that cannot be read */
  chatTemplate(): Promise<ChatTemplate>;
  /** Puts the weights on the client's first device. @throws what Model.load and loadArtifact throw */
  load(client: Client, options?: SourceOptions): Promise<LoadedSource>;
}

/**
 * A checkpoint in the Hugging Face layout.
 * @param models those that it may be of
 * @throws CheckpointError with everything that does not fit
 */
export async function checkpointSource(
  folder: string,
  models: readonly ModelDefinition[],
): Promise<ModelSource> {
  const definition = configureCheckpoint(await readConfigFiles(folder), models);
  const { parameters, generation } = definition;
  const checkpoint = await openCheckpoint(folder);
  return {
    vocabSize: generation.vocabSize,
    parameters: countElements(parameters.map(({ shape }) => shape)),
    capacityFor: (tokens) => capacityFor(definition, tokens),
    tokenizer: () => loadTokenizer(folder, generation.bosId, generation.vocabSize),
    chatTemplate: () => loadChatTemplate(folder),
    load: async (client, options = {}) => {
      checkOptions("load", options, SOURCE_OPTIONS);
      checkSourceOptions("checkpoint", options, folder);
      const model = await Model.load(client, definition, checkpoint, pickOptions(options, MODEL_OPTIONS));
      const target = options.target ?? client;
      return {
        model,
        notes: model.warnings,
        describe: () => describeStrategies({ ...loweringOf(options), target }, model.ops),
      };
    },
    [Symbol.asyncDispose]: () => checkpoint.close(),
  };
}

/**
 * An artifact: a folder, or a .zip of one.
 * @param models where its model is one of them, its configuration must be one of that
 * @throws ArtifactError with everything that does not fit
 */
export async function artifactSource(path: string, models: readonly ModelDefinition[]): Promise<ModelSource> {
  const artifact = await openArtifact(path);
  try {
    checkConfiguration(artifact, models);
  } catch (error) {
    await artifact.close();
    throw error;
  }
  const { manifest, weights } = artifact;
  return {
    vocabSize: manifest.generation.vocabSize,
    parameters: countElements(weights.tensors.map(({ shape }) => shape)),
    capacityFor: () => undefined,
    tokenizer: () => artifactTokenizer(artifact),
    chatTemplate: () => loadChatTemplate(artifactTokenizerFiles(artifact)),
    load: async (client, options = {}) => {
      checkOptions("load", options, SOURCE_OPTIONS);
      checkSourceOptions("artifact", options, path);
      const trusted = options.trustExecutables === true;
      const verifyProgram = verifyPortable({ client, where: path, trusted });
      const model = await loadArtifact(artifact, client, {
        ...pickOptions(options, ARTIFACT_LOAD_OPTIONS),
        verifyProgram,
      });
      return {
        model,
        notes: [...model.warnings, ...model.notes],
        describe: () => `artifact of ${manifest.name} for ${manifest.target}`,
      };
    },
    [Symbol.asyncDispose]: () => artifact.close(),
  };
}

/** An artifact runs without its model's definition; where that is known, the configuration must be one of it. @throws ArtifactError */
function checkConfiguration({ manifest, where }: OpenArtifact, models: readonly ModelDefinition[]): void {
  const { name, config } = manifest.model;
  try {
    models.find((model) => model.name === name)?.configure(config);
  } catch (error) {
    throw error instanceof ModelError ? new ArtifactError(where, error.problems) : error;
  }
}

const countElements = (shapes: readonly (readonly number[])[]): number =>
  shapes.reduce((sum, shape) => sum + elementCount(shape), 0);
