/** @file A model in training: its parameters and what an optimiser keeps of them on a device, one program a step. */
import type { ConfiguredModel } from "../model/index.js";
import type { Client, DeviceBuffer } from "../runtime-pjrt/index.js";
import { closeAll } from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import { checkBatch, checkSetting, type TrainingBatch } from "../training/index.js";
import { bindWeights, type Checkpoint } from "../weights/index.js";
import type { CompiledProgram } from "./compiled.js";
import {
  type Buffers,
  readFigures,
  readFloats,
  type TrainingFigures,
  uploadArguments,
  uploadBatch,
} from "./training-buffers.js";
import {
  argumentsOf,
  compileStep,
  inTurn,
  type StepPrograms,
  type TrainerOptions,
} from "./training-programs.js";

/** A model whose parameters are trained. Close it. */
export class Trainer implements Disposable {
  readonly #states: Map<string, DeviceBuffer>;
  readonly #programs: StepPrograms;

  private constructor(
    readonly client: Client,
    readonly definition: ConfiguredModel,
    private readonly options: TrainerOptions,
    programs: StepPrograms,
    states: Buffers,
    private readonly parameters: Buffers,
  ) {
    this.#programs = programs;
    this.#states = new Map(states);
  }

  /**
   * Compiles the step for the client's platform, unless a target is given, and puts the checkpoint's weights on its first device, as they are
   * to be stored.
   * @throws TrainingError for what cannot be trained so; CheckpointError with everything that does not fit; PjrtError; AbortedError
   */
  static async start(
    client: Client,
    definition: ConfiguredModel,
    checkpoint: Checkpoint,
    options: TrainerOptions,
  ): Promise<Trainer> {
    const weights = bindWeights(checkpoint, definition.parameters, definition.names);
    const programs = await compileStep(client, definition, options);
    const wanted = argumentsOf(programs);
    let states: Buffers = new Map();
    try {
      states = await uploadArguments(client, wanted.state, weights, options.signal);
      const parameters = await uploadArguments(client, wanted.parameter, weights, options.signal);
      return new Trainer(client, definition, options, programs, states, parameters);
    } catch (error) {
      closeAll(states.values());
      for (const program of inTurn(programs)) program.close();
      throw error;
    }
  }

  /** The compiled programs of a step, in the order in which they run. */
  get programs(): readonly CompiledProgram[] {
    return inTurn(this.#programs);
  }

  /** One step on one batch, or on as many as `accumulate` says. @throws TrainingError for batches that are none; PjrtError */
  async step(...batches: readonly TrainingBatch[]): Promise<TrainingFigures> {
    const { accumulate: wanted = 1 } = this.options;
    checkSetting("batches of one step", batches.length, String(wanted), (count) => count === wanted);
    for (const batch of batches) checkBatch(this.definition, this.options, batch);
    const { accumulate, update } = this.#programs;
    if (accumulate === undefined) return readFigures(await this.#run(update, batches[0]!));
    for (const batch of batches) await this.#run(accumulate, batch);
    return readFigures(await this.#run(update));
  }

  /** Runs a program on the states, which it may update; its results. */
  async #run(program: CompiledProgram, batch?: TrainingBatch): Promise<Buffers> {
    const held = this.#states;
    const inputs = batch === undefined ? new Map() : await uploadBatch(this.client, this.options, batch);
    try {
      const parameters = new Map([...this.parameters, ...held]);
      const { outputs, states } = await program.run({ inputs, parameters, states: held });
      for (const [name, buffer] of states) held.set(name, buffer);
      return outputs;
    } finally {
      closeAll(inputs.values());
    }
  }

  /**
   * The numbers that a state holds now: a parameter that is trained, by its path, or what the optimiser keeps. @throws UsageError for no such
   * state
   */
  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    const state = this.#states.get(name);
    if (state !== undefined) return readFloats(state);
    throw new UsageError({
      message: `the training of model ${this.definition.name} keeps no "${name}"`,
      expected: [...this.#states.keys()].join(", "),
    });
  }

  close(): void {
    closeAll([...this.#states.values(), ...this.parameters.values()]);
    for (const program of this.programs) program.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
