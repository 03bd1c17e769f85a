/** @file A model in training: its parameters and what an optimiser keeps of them on a device, one program a step. */
import type { ConfiguredModel } from "../model/index.js";
import type { Argument } from "../program/index.js";
import type { Client, DeviceBuffer } from "../runtime-pjrt/index.js";
import { closeAll, type ProgramResults } from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import { expectGiven, hasMethods } from "../support/given.js";
import {
  averageState,
  checkBatch,
  checkSetting,
  gradientProgram,
  keepsAverages,
  lossProgram,
  stepOutputs,
  type TrainingBatch,
  TrainingError,
} from "../training/index.js";
import { bindWeights, type Checkpoint } from "../weights/index.js";
import type { CompiledProgram } from "./compiled.js";
import {
  type Buffers,
  readFigures,
  readFloats,
  readGradients,
  type TrainingFigures,
  uploadArguments,
  uploadBatch,
} from "./training-buffers.js";
import {
  argumentsOf,
  compileProgram,
  compileStep,
  inTurn,
  memoryOf,
  type StepPrograms,
  type TrainerOptions,
  TRAINER_OPTIONS,
} from "./training-programs.js";
import { checkOptions } from "../support/options.js";
import { lossOf } from "../training/loss.js";

/** @throws UsageError for what is no name of a state */
const expectName = (name: string): void =>
  expectGiven(typeof name === "string", name, { by: "Trainer", what: "name", expected: "a text" });

/** A model whose parameters are trained. Close it. */
export class Trainer implements Disposable {
  readonly #states: Map<string, DeviceBuffer>;
  readonly #programs: StepPrograms;
  #loss: Promise<CompiledProgram> | undefined;

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
    checkOptions("Trainer.start", options, TRAINER_OPTIONS);
    checkAverages(options);
    const weights = bindWeights(checkpoint, definition.parameters, definition.names);
    const { adapters = [] } = options;
    const all = { ...definition, parameters: [...definition.parameters, ...adapters] };
    const programs = await compileStep(client, all, options);
    const wanted = argumentsOf(programs);
    let states: Buffers = new Map();
    try {
      options.onPlanned?.(memoryOf(programs));
      states = await uploadArguments(client, wanted.state, weights, options);
      const parameters = await uploadArguments(client, wanted.parameter, weights, options);
      return new Trainer(client, definition, options, programs, states, parameters);
    } catch (error) {
      closeAll(states.values());
      for (const program of inTurn(programs)) program.close();
      throw error;
    }
  }

  /** What is kept from step to step, in the order in which the programs meet it. */
  get states(): readonly Argument[] {
    return argumentsOf(this.#programs).state;
  }

  /**
   * The mean loss of a batch by the parameters that were learnt (`readLearnt`), of which nothing is learnt; its program is compiled at the
   * first. @throws TrainingError, PjrtError
   */
  async loss(batch: TrainingBatch): Promise<number> {
    checkBatch(this.definition, this.options, batch);
    this.#loss ??= compileProgram(
      this.client,
      lossProgram(this.definition, lossOf(this.options)),
      this.options,
    );
    const { outputs } = await this.#run(await this.#loss, batch, this.#learnt);
    using loss = outputs.get(stepOutputs.loss)!;
    return (await readFloats(loss))[0]!;
  }

  /** Runs a program of parameters alone on those that were learnt (`readLearnt`); its results, which the caller closes. */
  async derive(program: CompiledProgram): Promise<Buffers> {
    expectGiven(hasMethods(program, "run"), program, {
      by: "Trainer.derive",
      what: "program",
      expected: "a compiled program of parameters alone",
    });
    return (await this.#run(program, undefined, this.#learnt)).outputs;
  }

  /** What the model's probes see of a batch, of which nothing is learnt, by their paths, in the order of the model. */
  async *activations(batch: TrainingBatch): AsyncGenerator<readonly [string, Float32Array]> {
    checkBatch(this.definition, this.options, batch);
    const traced = lossProgram(this.definition, lossOf(this.options), true);
    using program = await compileProgram(this.client, traced, this.options);
    const { outputs, probes } = await this.#run(program, batch);
    try {
      for (const [path, buffer] of probes) yield [path, await readFloats(buffer)];
    } finally {
      closeAll([...outputs.values(), ...probes.values()]);
    }
  }

  /** The gradients of a batch, of which nothing is learnt, one after the other in the parameters' order. */
  async *gradients(batch: TrainingBatch): AsyncGenerator<readonly [string, Float32Array]> {
    checkBatch(this.definition, this.options, batch);
    using program = await compileProgram(
      this.client,
      gradientProgram(this.definition, lossOf(this.options)),
      this.options,
    );
    const { outputs } = await this.#run(program, batch);
    try {
      yield* readGradients(outputs);
    } finally {
      closeAll(outputs.values());
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
    if (accumulate === undefined) return readFigures((await this.#run(update, batches[0]!)).outputs);
    for (const batch of batches) await this.#run(accumulate, batch);
    return readFigures((await this.#run(update)).outputs);
  }

  get #held(): Buffers {
    return new Map([...this.parameters, ...this.#states]);
  }

  /** Of what is held, averages in place of the parameters that have such. */
  get #learnt(): Buffers {
    const held = this.#held;
    return new Map([...held].map(([name, buffer]) => [name, held.get(averageState(name)) ?? buffer]));
  }

  /** Runs a program on the states, which it may update; its results. */
  async #run(
    program: CompiledProgram,
    batch?: TrainingBatch,
    parameters: Buffers = this.#held,
  ): Promise<Pick<ProgramResults, "outputs" | "probes">> {
    const held = this.#states;
    const inputs = batch === undefined ? new Map() : await uploadBatch(this.client, this.options, batch);
    try {
      const { outputs, states, probes } = await program.run({ inputs, parameters, states: held });
      for (const [name, buffer] of states) held.set(name, buffer);
      return { outputs, probes };
    } finally {
      closeAll(inputs.values());
    }
  }

  /**
   * The numbers that a state holds now: a parameter that is trained, by its path, or what the optimiser keeps. @throws UsageError for no such
   * state
   */
  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    return readFloats(this.#state(name));
  }

  /** Its bytes, as they lie on the device. @throws UsageError for no such state */
  async readBytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#state(name).toHost();
  }

  /**
   * The bytes of a parameter as it is to be used: its average, where the optimiser keeps one (`averaged`).
   * @throws UsageError for no such parameter
   */
  async readLearnt(path: string): Promise<Uint8Array<ArrayBuffer>> {
    expectName(path);
    const average = averageState(path);
    return this.readBytes(this.#states.has(average) ? average : path);
  }

  #state(name: string): DeviceBuffer {
    expectName(name);
    const state = this.#states.get(name) ?? this.parameters.get(name);
    if (state !== undefined) return state;
    throw new UsageError({
      message: `the training of model ${this.definition.name} keeps no "${name}"`,
      expected: [...this.#states.keys()].join(", "),
    });
  }

  close(): void {
    closeAll([...this.#states.values(), ...this.parameters.values()]);
    for (const program of this.programs) program.close();
    this.#loss?.then((program) => program.close()).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** @throws TrainingError for averages, which are f32, of parameters that are not: programs take one type */
function checkAverages({ optimizer, stored = "f32" }: TrainerOptions): void {
  if (stored === "f32" || !keepsAverages(optimizer)) return;
  throw new TrainingError({
    message: `averages are kept of parameters that are stored in ${stored}`,
    expected: "parameters that are stored in f32, as averages are",
  });
}
