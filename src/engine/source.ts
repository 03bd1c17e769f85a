/** @file What text is generated with: a checkpoint that is compiled here, or an artifact that was compiled before. */
import {
  ArtifactError,
  artifactTokenizer,
  loadArtifact,
  type LoadOptions as ArtifactOptions,
  type OpenArtifact,
  openArtifact,
} from "../artifact/index.js";
import { configureCheckpoint, type ModelDefinition, ModelError } from "../model/index.js";
import type { Client } from "../runtime-pjrt/index.js";
import type { LoadedProgram, ResidentModel } from "../serving/index.js";
import { describeStrategies, type TargetLike } from "../targets/index.js";
import { loadTokenizer, type Tokenizer } from "../tokens/index.js";
import { openCheckpoint, readConfigFiles } from "../weights/index.js";
import { Model, type ModelOptions } from "./model.js";

/** How a model is put on a device; what only compilers or only artifacts need is the other's to ignore. */
export type SourceOptions = ModelOptions & ArtifactOptions;

/** A model on a device, and what is worth a note: tensors that were ignored, executables that do not fit. */
export interface LoadedSource {
  readonly model: ResidentModel<LoadedProgram>;
  readonly notes: readonly string[];
}

/** A model that is opened, not on a device yet. Close it after the models that were loaded of it. */
export interface ModelSource extends AsyncDisposable {
  readonly vocabSize: number;
  /** Number of weights. */
  readonly parameters: number;
  /** @throws UsageError when it has none */
  tokenizer(): Promise<Tokenizer>;
  /** Puts the weights on the client's first device. @throws what Model.load and loadArtifact throw */
  load(client: Client, options?: SourceOptions): Promise<LoadedSource>;
  /** How its programs are made for a target, in words. */
  describe(target: TargetLike, options?: ModelOptions): string;
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
    tokenizer: () => loadTokenizer(folder, generation.bosId),
    load: async (client, options) => {
      const model = await Model.load(client, definition, checkpoint, options);
      return { model, notes: model.warnings };
    },
    describe: (target, options) => describeStrategies({ ...options, target }),
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
    tokenizer: () => artifactTokenizer(artifact),
    load: async (client, options) => {
      const model = await loadArtifact(artifact, client, options);
      return { model, notes: [...model.warnings, ...model.notes] };
    },
    describe: () => `artifact of ${manifest.name} for ${manifest.target}`,
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
  shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
