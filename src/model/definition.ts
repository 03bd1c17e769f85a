/**
 * @file A model as a value: its configuration, what its checkpoints call things, the programs it has and the parts they play. Engine,
 * golden cases, artifacts and the command line know models by this only.
 */
import type { z } from "zod";
import type { RematOptions, Tensor, TracedProgram } from "../dsl/index.js";
import type { LanguageModel, ProgramKey } from "../serving/index.js";
import type {
  ConfigFiles,
  ComputeDType,
  FormulaRanges,
  JsonObject,
  Parameter,
  TensorNames,
} from "../weights/index.js";

/** A kind of program that a model has. */
export interface ProgramKind {
  /** What it computes, for people: `reads one token of each sequence`. */
  readonly summary: string;
  /** Tokens of each sequence, where the kind takes just so many. */
  readonly time?: number;
}

/** Which program to trace: its kind, its static shape, and the dtype it computes in. */
export interface TraceKey<Kind extends string = string> extends ProgramKey<Kind> {
  readonly dtype: ComputeDType;
}

/** How a model is stored in the Hugging Face layout. */
export interface CheckpointFormat<Config> extends TensorNames {
  /** Values of `model_type` in config.json. */
  readonly modelTypes: readonly string[];
  /** What the files say. @throws CheckpointError with all problems */
  configFrom(files: ConfigFiles): Config;
  /** Ranges of weights that are computed by formula (golden/README.md) where the model needs others than sqrt(3 / n) around 0. */
  readonly formula?: FormulaRanges | undefined;
}

/** The tokens that a loss is taken of. */
export interface TrainingInputs {
  /** Computed in, whatever parameters are stored in. */
  readonly dtype: ComputeDType;
  readonly tokens: Tensor<"batch" | "time", "i32">;
  /** Each token's place in its document, 0 starts one. */
  readonly position: Tensor<"batch" | "time", "i32">;
  /** What the gradient finds held of each layer; the rest is computed again (`remat` around layers). */
  readonly keep: NonNullable<RematOptions["keep"]>;
}

/** The output's projection, with a row for each entry of the vocabulary, or for some of them. */
export interface Head {
  readonly weight: Tensor<"vocab" | "model", ComputeDType>;
  readonly bias?: Tensor<"vocab", ComputeDType> | undefined;
}

/** What a model computes of each position, and its logits. */
export interface TrainingForward {
  /** What the head is multiplied with: after the last norm, which would else be computed for each piece of a vocabulary. */
  readonly hidden: Tensor<"batch" | "time" | "model", ComputeDType>;
  /** Of the whole vocabulary. */
  readonly head: Head;
  /**
   * Logits of the entries whose rows `head` has, after a soft cap if there is one: all of them, or some. An entry's logits come of its own row
   * alone, never of other logits.
   */
  logits(
    hidden: Tensor<"batch" | "time" | "model", ComputeDType>,
    head: Head,
  ): Tensor<"batch" | "time" | "vocab", "f32">;
}

/** One number of a parameter before it is trained, from numbers drawn evenly from [0, 1). */
export type InitialNumber = (uniform: () => number) => number;

/** What training asks of a model. */
export interface TrainingSpec<Config> {
  /** Traces what a loss is made of, from nothing that came before. */
  forward(config: Config, inputs: TrainingInputs): TrainingForward;
  /** Whether weight decay acts on a parameter. */
  decays(parameter: Parameter): boolean;
  /** Whether low-rank adapters go beside a matrix that decays, where nothing else is asked for. Default: beside each. */
  adapts?(parameter: Parameter): boolean;
  /** What a parameter's numbers are before any training, for models that may be trained from nothing. */
  initial?(config: Config, parameter: Parameter): InitialNumber;
}

/** What training asks of a model whose configuration is known. */
export interface ConfiguredTraining {
  forward(inputs: TrainingInputs): TrainingForward;
  decays(parameter: Parameter): boolean;
  /** Without it adapters go beside each matrix that decays. */
  readonly adapts?: ((parameter: Parameter) => boolean) | undefined;
  /** Where the model may be trained from nothing. */
  readonly initial?: ((parameter: Parameter) => InitialNumber) | undefined;
}

/** What an author says of a model. */
export interface ModelSpec<Config, Kind extends string> {
  /** Manifests name the model so. */
  readonly name: string;
  /** The only declaration of the configuration's fields; manifests store what it describes, as JSON. */
  readonly config: z.ZodType<Config>;
  readonly checkpoint: CheckpointFormat<Config>;
  /** Kinds of programs, by name. `prepare` is taken: programs that prepare weights are called so. */
  readonly kinds: Readonly<Record<Kind, ProgramKind>>;
  /** Traces one program. @throws ShapeError, TraceError at the author's line for a configuration that does not fit */
  program(config: Config, key: TraceKey<Kind>): TracedProgram;
  /** What generation needs to know; see causalLanguageModel. */
  generation(config: Config): LanguageModel<NoInfer<Kind>>;
  /**
   * The same model with caches for so many tokens of a sequence, at most the configuration's; for models whose caches grow. States of one size
   * are those of a larger one with zeros after them: a session whose text outgrows its caches goes on so.
   */
  withCapacity?(config: Config, tokens: number): Config;
  /** For models that can be trained. */
  readonly training?: TrainingSpec<Config>;
  /** The dtype that the checkpoint was made for. */
  dtype(config: Config): ComputeDType;
  /** One line for people: `26 layers (8 of local attention), width 2560, vocabulary 256000`. */
  summary(config: Config): string;
  /** Configurations by name, for those who have no checkpoint. */
  readonly presets?: Readonly<Record<string, Config>>;
}

/** A model whose configuration is known. */
export interface ConfiguredModel<Kind extends string = string> {
  /** The definition's name. */
  readonly name: string;
  readonly config: JsonObject;
  readonly summary: string;
  /** The dtype that the checkpoint was made for. */
  readonly dtype: ComputeDType;
  readonly kinds: Readonly<Record<Kind, ProgramKind>>;
  readonly generation: LanguageModel<Kind>;
  /** What its tensors are called in checkpoints. */
  readonly names: TensorNames;
  /** Ranges of weights by formula, where the model has some of its own. */
  readonly formula?: FormulaRanges | undefined;
  /** Every weight, in the order in which the programs meet them. */
  readonly parameters: readonly Parameter[];
  /** The same model with caches for so many tokens of a sequence, at most its capacity; absent where they are of one size. */
  readonly withCapacity?: ((tokens: number) => ConfiguredModel<Kind>) | undefined;
  /** Where the model can be trained. */
  readonly training?: ConfiguredTraining | undefined;
  /** Traces one program. @throws ModelError for a kind that the model has not; ShapeError, TraceError at the author's line */
  program(key: TraceKey<Kind>): TracedProgram;
}

/** A model for all its configurations; made by `defineModel`. */
export interface ModelDefinition<Config = unknown, Kind extends string = string> {
  readonly name: string;
  readonly modelTypes: readonly string[];
  readonly kinds: Readonly<Record<Kind, ProgramKind>>;
  readonly presets: Readonly<Record<string, ConfiguredModel<Kind>>>;
  /** @throws ModelError with everything that is wrong with the configuration */
  configure(config: Config): ConfiguredModel<Kind>;
  /** @throws CheckpointError with everything that is wrong with the files */
  fromCheckpoint(files: ConfigFiles): ConfiguredModel<Kind>;
}
