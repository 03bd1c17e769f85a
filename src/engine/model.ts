/** @file A model from its description: programs are traced, lowered and compiled when they are first needed. */
import { type Operation, walk } from "../ir/operation.js";
import type { ConfiguredModel, ProgramKind } from "../model/index.js";
import type { PassCallback } from "../passes/index.js";
import type { Client, CompileCache } from "../runtime-pjrt/index.js";
import {
  describeProgram,
  LOOP_KIND,
  type LoopKey,
  type ModelEvent,
  type ProgramKey,
  ResidentModel,
  type ResidentWeights,
  type SamplerKey,
  expectKey,
  uploadWeights,
} from "../serving/index.js";
import { bindWeights, type Checkpoint, type ComputeDType } from "../weights/index.js";
import { capacityFor, withCapacity } from "./capacity.js";
import { CompiledProgram } from "./compiled.js";
import { type LoweringOptions, resolveTarget } from "../targets/index.js";
import { Family, lowerProgram } from "./family.js";
import { checkLowering, type LoweredProgram } from "./lowered-program.js";
import { loopProgram } from "./loop-program.js";
import { samplerProgram } from "./sampler-program.js";
import { LOWERING_OPTIONS, loweringOf } from "../targets/options.js";
import { expectGiven, hasMethods } from "../support/given.js";
import { checkNotAborted, WAIT_OPTIONS } from "../support/wait.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** How a model is lowered, compiled and watched. */
export interface ModelOptions extends LoweringOptions {
  /** Computed in, and what weights are converted to. Default: what the checkpoint says. */
  readonly dtype?: ComputeDType | undefined;
  /** Programs that were lowered before, for the same device by the same options: they are not lowered again. */
  readonly lowered?: ((key: ProgramKey) => LoweredProgram | undefined) | undefined;
  /**
   * Tokens that a sequence may have: what caches that grow have room for. Default: all that the model holds, of which memory is taken as texts
   * need it, in powers of two from 256 on. Models whose states are of a fixed size take any number, and any number of tokens.
   */
  readonly capacity?: number | undefined;
  /** Where compiled programs are looked for and kept; without one, all are compiled. */
  readonly cache?: CompileCache | undefined;
  /** Made ready while the weights are read; the others when they are first needed. */
  readonly programs?: readonly ProgramKey[] | undefined;
  readonly onEvent?: ((event: ModelEvent) => void) | undefined;
  /** Ends loading when it is aborted; programs that are made later are not its business. */
  readonly signal?: AbortSignal | undefined;
  /** Ends loading after so many ms. */
  readonly timeoutMs?: number | undefined;
  /** Takes weights that are infinite or NaN as they are. Default: they are an error, which names the first. */
  readonly allowNonFinite?: boolean | undefined;
  /** Called after each pass of each program. */
  readonly onPass?: PassCallback | undefined;
}

export const MODEL_OPTIONS: OptionNames<ModelOptions> = {
  ...LOWERING_OPTIONS,
  dtype: true,
  lowered: true,
  capacity: true,
  cache: true,
  programs: true,
  onEvent: true,
  ...WAIT_OPTIONS,
  allowNonFinite: true,
  onPass: true,
};

/** @throws UsageError for what is no client, no configured model or no checkpoint */
function checkParts(client: Client, configured: ConfiguredModel, checkpoint: Checkpoint): void {
  const expect = (value: object, what: string, expected: string, ...names: readonly string[]) =>
    expectGiven(hasMethods(value, ...names), value, { by: "Model.load", what, expected });
  expect(client, "client", "a client of a plugin, such as createClient gives", "compile", "toDevice");
  expect(configured, "model", "a configured model, such as griffin.configure(...) gives", "program");
  expect(checkpoint, "checkpoint", "a checkpoint, such as openCheckpoint gives", "close");
}

/**
 * A model with its weights on a device. Close it. All parameters stay there, beside what is prepared of them: a program that is lowered
 * later may take any of them. An exported model, whose programs are all known, frees those that only preparations take.
 */
export class Model<Kind extends string = string> extends ResidentModel<CompiledProgram> {
  readonly #options: ModelOptions;
  readonly #family: Family;
  readonly #ops: Set<string>;
  readonly #weights: ResidentWeights;
  /** The same with smaller caches, by their capacity. */
  readonly #sized = new Map<number, Model<Kind>>();

  private constructor(
    client: Client,
    /** What it is: configuration, kinds of programs, names in checkpoints. */
    readonly definition: ConfiguredModel<Kind>,
    dtype: ComputeDType,
    weights: ResidentWeights,
    /** Lines worth showing, e.g. tensors that were ignored. */
    readonly warnings: readonly string[],
    options: ModelOptions,
    whole?: Model<Kind>,
  ) {
    super(client, definition.generation, { model: definition, dtype, weights, shares: whole });
    this.#options = options;
    this.#weights = weights;
    this.#ops = whole === undefined ? new Set() : whole.#ops;
    // What is prepared of weights for programs of one size serves those of the others.
    this.#family = whole === undefined ? this.#ownFamily() : whole.#family;
  }

  #ownFamily(): Family {
    return new Family(loweringOf(this.#options), (event) => {
      this.#take(event.module);
      this.#options.onPass?.(event);
    });
  }

  /**
   * The model with caches for so many tokens, rounded up to a power of two; itself where it was loaded for a capacity or for certain programs, and
   * where its states are of a fixed size. Programs are made when they are first needed; closed with the model.
   */
  override forTokens(tokens: number): Model<Kind> {
    const { capacity: asked, programs } = this.#options;
    if (asked !== undefined || programs !== undefined) return this;
    const capacity = capacityFor(this.definition, tokens);
    if (capacity === undefined || capacity === this.generation.capacity) return this;
    const known = this.#sized.get(capacity);
    if (known !== undefined) return known;
    const { client, definition, dtype, warnings } = this;
    const options = { ...this.#options, capacity, lowered: undefined };
    const sized = withCapacity(definition, capacity);
    const made = new Model(client, sized, dtype, this.#weights, warnings, options, this);
    this.#sized.set(capacity, made);
    return made;
  }

  override close(): void {
    for (const sized of this.#sized.values()) sized.close();
    super.close();
  }

  /**
   * Puts the weights of a checkpoint on the client's first device, one tensor at a time.
   * Programs are lowered for the client's platform, unless a target is given.
   * @throws CheckpointError with one table of everything that does not fit; UsageError for a platform that no target is known for, an unknown strategy,
   * or a capacity that the model has not; AbortedError
   */
  static async load<Kind extends string>(
    client: Client,
    configured: ConfiguredModel<Kind>,
    checkpoint: Checkpoint,
    options: ModelOptions = {},
  ): Promise<Model<Kind>> {
    checkOptions("Model.load", options, MODEL_OPTIONS);
    checkNotAborted("loading the model", options);
    checkParts(client, configured, checkpoint);
    const definition = withCapacity(configured, options.capacity);
    const { parameters: wanted, names } = definition;
    const dtype = options.dtype ?? definition.dtype;
    const { target } = resolveTarget(options.target ?? client, options.extensions);
    checkLowering(loweringOf({ ...options, target }));
    const { parameters, warnings } = bindWeights(checkpoint, wanted, names);
    const weights = uploadWeights(client, parameters, dtype, options);
    const lowering = { ...options, target };
    return new Model(client, definition, dtype, weights, warnings, lowering).loaded(options.programs, {
      signal: options.signal,
      timeoutMs: options.timeoutMs,
    });
  }

  /** Every kind of the model, for any shape that it takes. */
  has(key: ProgramKey): boolean {
    expectKey("Model.has", key);
    const { kind, time } = key;
    const kinds: Readonly<Record<string, ProgramKind>> = this.definition.kinds;
    const taken = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    return taken !== undefined && (taken.time ?? time) === time;
  }

  /** The names of all ops that its programs had until now, traced or while they were lowered. */
  get ops(): ReadonlySet<string> {
    return this.#ops;
  }

  #take(module: Operation): void {
    for (const { name } of walk(module)) this.#ops.add(name);
  }

  /** The StableHLO of a program, not compiled. */
  lower(key: ProgramKey<Kind>): LoweredProgram {
    expectKey("Model.lower", key);
    const known = this.#options.lowered?.(key);
    if (known !== undefined) return known;
    const start = performance.now();
    const program = this.definition.program({ ...key, dtype: this.dtype });
    this.#take(program.module);
    const [lowered] = this.#family.lower([program]);
    this.#options.onEvent?.({ phase: "lower", program: describeProgram(key), ms: performance.now() - start });
    return lowered!;
  }

  protected override makeSampler(
    key: SamplerKey,
    keep: (id: string, make: () => Promise<CompiledProgram>) => Promise<CompiledProgram>,
  ): Promise<CompiledProgram> {
    return keep(JSON.stringify(key), () => {
      const traced = samplerProgram(key, this.generation.vocabSize);
      return this.#compile(lowerProgram(traced, loweringOf(this.#options)), `sampler ${key.batch}`);
    });
  }

  protected override makeLoop(
    key: LoopKey,
    keep: (id: string, make: () => Promise<CompiledProgram>) => Promise<CompiledProgram>,
  ): Promise<CompiledProgram> {
    const { batch, steps, sampler } = key;
    return keep(JSON.stringify(key), () => {
      const { generation } = this.definition;
      const parts = {
        decode: this.lower({ kind: generation.programs.decode, batch, time: 1 }),
        sampler:
          sampler && lowerProgram(samplerProgram(sampler, generation.vocabSize), loweringOf(this.#options)),
      };
      const lowered = loopProgram({ ...parts, model: generation, batch, steps });
      return this.#compile(lowered, `${LOOP_KIND} ${batch}x${steps}`);
    });
  }

  protected override make(key: ProgramKey<Kind>): Promise<CompiledProgram> {
    return this.#compile(this.lower(key), describeProgram(key));
  }

  async #compile(lowered: LoweredProgram, program: string): Promise<CompiledProgram> {
    const { onEvent, cache } = this.#options;
    onEvent?.({ phase: "compile", program });
    const compiled = await CompiledProgram.compile(this.client, lowered, cache);
    const from = compiled.fromCache ? "cache" : "compiler";
    onEvent?.({ phase: "compile", program, ms: compiled.compileMs, from });
    return compiled;
  }
}
