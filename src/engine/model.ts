/** @file A model from its description: programs are traced, lowered and compiled when they are first needed. */
import { type ComputeDType, griffinParameters, griffinProgram } from "../../models/griffin.js";
import type { PassCallback } from "../passes/index.js";
import type { Client, CompileCache } from "../runtime-pjrt/index.js";
import {
  describeProgram,
  type ModelEvent,
  type ProgramKey,
  ResidentModel,
  type ResidentWeights,
  uploadWeights,
} from "../serving/index.js";
import { bindWeights, type Checkpoint } from "../weights/index.js";
import { CompiledProgram } from "./compiled.js";
import { type LoweringOptions, resolveTarget } from "../targets/index.js";
import { type LoweredProgram, lowerProgram } from "./lower.js";

/** How a model is lowered, compiled and watched. */
export interface ModelOptions extends LoweringOptions {
  /** Computed in, and what weights are converted to. Default: what the checkpoint says. */
  readonly dtype?: ComputeDType | undefined;
  /** Where compiled programs are looked for and kept; without one, all are compiled. */
  readonly cache?: CompileCache | undefined;
  /** Made ready while the weights are read; the others when they are first needed. */
  readonly programs?: readonly ProgramKey[] | undefined;
  readonly onEvent?: ((event: ModelEvent) => void) | undefined;
  /** Called after each pass of each program. */
  readonly onPass?: PassCallback | undefined;
}

/** A Griffin with its weights on a device. Close it. */
export class GriffinModel extends ResidentModel<CompiledProgram> {
  readonly #options: ModelOptions;

  private constructor(
    client: Client,
    { config }: Checkpoint,
    dtype: ComputeDType,
    weights: ResidentWeights,
    /** Lines worth showing, e.g. tensors that were ignored. */
    readonly warnings: readonly string[],
    options: ModelOptions,
  ) {
    super(client, config, { dtype, weights });
    this.#options = options;
  }

  /**
   * Puts the weights of a checkpoint on the client's first device, one tensor at a time.
   * Programs are lowered for the client's platform, unless a target is given.
   * @throws CheckpointError with one table of everything that does not fit; UsageError for a platform that no target is known for
   */
  static async load(
    client: Client,
    checkpoint: Checkpoint,
    options: ModelOptions = {},
  ): Promise<GriffinModel> {
    const { config } = checkpoint;
    const dtype = options.dtype ?? config.dtype;
    const { target } = resolveTarget(options.target ?? client);
    const { parameters, warnings } = bindWeights(checkpoint, griffinParameters(config));
    const weights = uploadWeights(client, parameters, dtype, options.onEvent);
    return new GriffinModel(client, checkpoint, dtype, weights, warnings, { ...options, target }).loaded(
      options.programs,
    );
  }

  /** The StableHLO of a program, not compiled. */
  lower(key: ProgramKey): LoweredProgram {
    const start = performance.now();
    const program = griffinProgram(this.config, { ...key, dtype: this.dtype });
    const lowered = lowerProgram(
      program,
      { ...this.#options, prepare: this.#options.prepare ?? true },
      this.#options.onPass,
    );
    this.#options.onEvent?.({ phase: "lower", program: describeProgram(key), ms: performance.now() - start });
    return lowered;
  }

  protected override async make(key: ProgramKey): Promise<CompiledProgram> {
    const { onEvent, cache } = this.#options;
    const lowered = this.lower(key);
    const program = describeProgram(key);
    onEvent?.({ phase: "compile", program });
    const compiled = await CompiledProgram.compile(this.client, lowered, cache);
    const from = compiled.fromCache ? "cache" : "compiler";
    onEvent?.({ phase: "compile", program, ms: compiled.compileMs, from });
    return compiled;
  }
}
