/** @file The compiled programs of a model, as those who run sequences see them; where they come from is not their business. */
import type { Interface } from "../program/interface.js";
import type { Client, DeviceBuffer } from "../runtime-pjrt/index.js";
import type { ComputeDType } from "../weights/index.js";
import type { DeviceTensors } from "./device-tensors.js";
import type { LanguageModel } from "./language-model.js";
import type { LoadedProgram } from "./loaded-program.js";
import type { LoopKey } from "./loop-key.js";
import type { SamplerKey } from "./sampler-key.js";

/** Which program of a model, for which static shape. */
export interface ProgramKey<Kind extends string = string> {
  /** One of the model's kinds of programs; its definition says what each computes. */
  readonly kind: Kind;
  /** Sequences side by side. */
  readonly batch: number;
  /** Tokens of each; 1 for decode. */
  readonly time: number;
  /** Also gives what the model's author named with `probe`, such as the residual stream after each layer. */
  readonly probes?: boolean;
}

/** The results of one run by role and name; the caller closes them. */
export interface ProgramResults {
  readonly outputs: ReadonlyMap<string, DeviceBuffer>;
  readonly states: ReadonlyMap<string, DeviceBuffer>;
  readonly probes: ReadonlyMap<string, DeviceBuffer>;
}

/** Programs of one model on one client, with its weights. */
export interface ProgramSet {
  readonly client: Client;
  /** Token ids, and the parts that programs, inputs and results play. */
  readonly generation: LanguageModel;
  /** What it computes in. */
  readonly dtype: ComputeDType;
  /** The longest piece in which it reads prompts, in tokens, unless another is asked for. */
  readonly chunk: number;
  /** Sequences side by side, where its programs are for one number of them alone. */
  readonly batch?: number | undefined;
  /** Copies and moves rows of states. */
  readonly tensors: DeviceTensors;
  /**
   * The same model, on the same weights, with caches for sequences of so many tokens; without it, and where there is nothing to choose, the model
   * is as large as it is.
   */
  forTokens?(tokens: number): ProgramSet;
  /** A hash of configuration, parameters and dtype: what was computed with one set is of use to another that has the same. */
  identity(): Promise<string>;
  /** Whether there is such a program, or it can be made. */
  has(key: ProgramKey): boolean;
  /** What a program takes and gives, in the layouts that it was compiled for. @throws GriffinError when there is no such program */
  interfaceOf(key: ProgramKey): Promise<Interface>;
  /** A program that draws tokens on the device, with these parts or with more; where there is none, the host draws, the same ones. */
  sampler(key: SamplerKey): Promise<LoadedProgram | undefined>;
  /** Tokens of each row that one call makes, unless another number is asked for; 1 is one by one. */
  readonly tokensPerCall: number;
  /** Texts that may have fewer new tokens are made one by one, unless another number is asked for. */
  readonly fewestLoopedTokens: number;
  /** A program that makes as many tokens in one call or fewer, with these parts or with more; undefined where there is none. */
  loop(key: LoopKey): Promise<LoadedProgram | undefined>;
  /** Makes a program ready to run, so that the first run does not wait for it. @throws GriffinError when there is no such program */
  ready(key: ProgramKey): Promise<void>;
  /** Runs a program with the model's weights: enqueues it. States are used up; the results' take their place. */
  run(
    key: ProgramKey,
    inputs: ReadonlyMap<string, DeviceBuffer>,
    states?: ReadonlyMap<string, DeviceBuffer>,
  ): Promise<ProgramResults>;
  /** As `run`, a program that `loop` gave. */
  runLoaded(
    program: LoadedProgram,
    inputs: ReadonlyMap<string, DeviceBuffer>,
    states: ReadonlyMap<string, DeviceBuffer>,
  ): Promise<ProgramResults>;
}

/** `prefill 1x256`, for messages. */
export const describeProgram = ({ kind, batch, time }: ProgramKey): string => `${kind} ${batch}x${time}`;
