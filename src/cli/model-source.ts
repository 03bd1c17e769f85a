/** @file What text is generated with: a checkpoint that is compiled here, or an artifact that was compiled before. */
import {
  ArtifactError,
  artifactTokenizer,
  loadArtifact,
  type OpenArtifact,
  openArtifact,
  type TrustOptions,
} from "../artifact/index.js";
import { Model, type LoweringOptions } from "../engine/index.js";
import { configureCheckpoint, type ModelDefinition, ModelError } from "../model/index.js";
import type { CompileCache } from "../runtime-pjrt/index.js";
import type { LoadedProgram, ResidentModel } from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import { loadTokenizer, type Tokenizer } from "../tokens/index.js";
import { type FloatType, openCheckpoint, readConfigFiles } from "../weights/index.js";
import type { OpenDevice } from "./device.js";
import { modelCallbacks } from "./model-progress.js";
import type { Progress } from "./progress.js";
import { describeStrategies } from "../targets/index.js";

/** Which model, and how its programs are made. */
export interface SourceRequest extends Omit<LoweringOptions, "target">, TrustOptions {
  /** Folder of a checkpoint; either this or an artifact. */
  readonly model?: string | undefined;
  /** Folder of an artifact, or a .zip of it. */
  readonly artifact?: string | undefined;
  /** Model folder whose weights an artifact takes instead of its own. */
  readonly weights?: string | undefined;
  /** File of the public key that must have signed an artifact. */
  readonly publicKey?: string | undefined;
  readonly dtype?: FloatType | undefined;
  /** Where compiled programs are looked for and kept. */
  readonly cache?: CompileCache | undefined;
}

/** A model that is opened, not on a device yet. */
export interface ModelSource extends AsyncDisposable {
  readonly vocabSize: number;
  /** Number of weights. */
  readonly parameters: number;
  tokenizer(): Promise<Tokenizer>;
  /** Puts the weights on the device; what is worth a note becomes one. */
  load(device: OpenDevice, progress: Progress): Promise<ResidentModel<LoadedProgram>>;
  /** How the programs were made, in words. */
  describe(device: OpenDevice): string;
}

/**
 * @param models those that a checkpoint may be of
 * @throws UsageError unless just one of model and artifact is given; what opening it throws
 */
export function openSource(request: SourceRequest, models: readonly ModelDefinition[]): Promise<ModelSource> {
  const { model, artifact } = request;
  if ((model === undefined) === (artifact === undefined)) {
    throw new UsageError({
      message: model === undefined ? "no model given" : "--model and --artifact are both given",
      expected: "one of --model DIR, --artifact DIR|FILE.zip",
    });
  }
  return model === undefined
    ? artifactSource(artifact!, request, models)
    : checkpointSource(model, request, models);
}

async function checkpointSource(
  folder: string,
  request: SourceRequest,
  models: readonly ModelDefinition[],
): Promise<ModelSource> {
  refuseArtifactOptions(request);
  const definition = configureCheckpoint(await readConfigFiles(folder), models);
  const { parameters, generation } = definition;
  const checkpoint = await openCheckpoint(folder);
  return {
    vocabSize: generation.vocabSize,
    parameters: countElements(parameters.map(({ shape }) => shape)),
    tokenizer: () => loadTokenizer(folder, generation.bosId),
    load: async ({ client }, progress) => {
      const options = { ...request, ...modelCallbacks(progress) };
      const model = await Model.load(client, definition, checkpoint, options);
      for (const warning of model.warnings) progress.note(warning);
      return model;
    },
    describe: ({ client }) => describeStrategies({ ...request, target: client }),
    [Symbol.asyncDispose]: () => checkpoint.close(),
  };
}

async function artifactSource(
  path: string,
  request: SourceRequest,
  models: readonly ModelDefinition[],
): Promise<ModelSource> {
  refuseCompilerOptions(request);
  const artifact = await openArtifact(path);
  const { manifest, weights } = artifact;
  checkConfiguration(artifact, models);
  return {
    vocabSize: manifest.generation.vocabSize,
    parameters: countElements(weights.tensors.map(({ shape }) => shape)),
    tokenizer: () => artifactTokenizer(artifact),
    load: async ({ client }, progress) => {
      const { onEvent } = modelCallbacks(progress);
      const model = await loadArtifact(artifact, client, { ...request, onEvent });
      for (const note of [...model.warnings, ...model.notes]) progress.note(note);
      return model;
    },
    describe: () => `artifact of ${manifest.name} for ${manifest.target}`,
    [Symbol.asyncDispose]: () => artifact.close(),
  };
}

/** @throws UsageError for what only artifacts have */
function refuseArtifactOptions({ weights, publicKey, trustExecutables }: SourceRequest): void {
  if (weights !== undefined) {
    throw new UsageError({
      message: "--weights goes with --artifact",
      hint: "--model has weights of its own",
    });
  }
  const given = Object.entries({ "public-key": publicKey, "trust-executables": trustExecutables });
  const [first] = given.filter(([, value]) => value !== undefined);
  if (first === undefined) return;
  throw new UsageError({
    message: `--${first[0]} goes with --artifact`,
    hint: "a model folder has no signature and no executables",
  });
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

/** What an artifact was exported with cannot be asked for again. */
function refuseCompilerOptions({ dtype, scan, scanBlock, attention, precision }: SourceRequest): void {
  const given = Object.entries({ dtype, scan, "scan-block": scanBlock, attention, precision });
  const [first] = given.filter(([, value]) => value !== undefined);
  if (first === undefined) return;
  throw new UsageError({
    message: `--${first[0]} does not go with --artifact`,
    hint: "an artifact's programs are as they were exported; griffin export takes this option",
  });
}

const countElements = (shapes: readonly (readonly number[])[]): number =>
  shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
