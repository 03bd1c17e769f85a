/** @file A model in training: f32 parameters and what an optimiser keeps of them on a device, one program a step. */
import type { ConfiguredModel } from "../model/index.js";
import type { Argument } from "../program/index.js";
import { type Client, type CompileCache, type DeviceBuffer, hostBytes } from "../runtime-pjrt/index.js";
import { closeAll } from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import { checkNotAborted } from "../support/wait.js";
import { type LoweringOptions, resolveTarget } from "../targets/index.js";
import {
  batchInputs,
  checkBatch,
  stepOutputs,
  type TrainingBatch,
  trainStep,
  type TrainStepOptions,
} from "../training/index.js";
import { type BoundWeights, bindWeights, type Checkpoint } from "../weights/index.js";
import { CompiledProgram } from "./compiled.js";
import { lowerProgram } from "./family.js";

/** What a program of training is made of, and how it is lowered and compiled. */
export interface TrainerOptions extends Omit<LoweringOptions, "prepare">, TrainStepOptions {
  /** Where compiled programs are looked for and kept. */
  readonly cache?: CompileCache | undefined;
  /** Ends the upload of the weights when it is aborted; a compilation under way is finished first. */
  readonly signal?: AbortSignal | undefined;
}

/** What one step tells. */
export interface TrainingFigures {
  /** Of the batch, before the update. */
  readonly loss: number;
  /** Of all gradients, before they are clipped. */
  readonly gradientNorm: number;
}

type Buffers = ReadonlyMap<string, DeviceBuffer>;

const zeros = (client: Client, { elementType, dimensions }: Argument): Promise<DeviceBuffer> =>
  client.toDevice({
    elementType,
    dimensions,
    data: new Uint8Array(hostBytes({ elementType, dimensions })),
  });

/** Puts arguments of a role on the device: parameters of the checkpoint in f32, zeros for what it does not have. */
export async function uploadArguments(
  client: Client,
  wanted: readonly Argument[],
  { parameters }: BoundWeights,
  signal?: AbortSignal,
): Promise<Buffers> {
  const buffers = new Map<string, DeviceBuffer>();
  try {
    for (const argument of wanted) {
      checkNotAborted("loading the weights", { signal });
      const { name, elementType, dimensions } = argument;
      const stored = parameters.get(name);
      const buffer =
        stored === undefined
          ? zeros(client, argument)
          : client.toDevice({ elementType, dimensions, data: await stored.readAs("f32") });
      buffers.set(name, await buffer);
    }
    return buffers;
  } catch (error) {
    closeAll(buffers.values());
    throw error;
  }
}

/** The inputs of training programs. The caller closes them. */
export async function uploadBatch(
  client: Client,
  { batch, time }: { readonly batch: number; readonly time: number },
  { tokens, mask, positions }: TrainingBatch,
): Promise<Buffers> {
  const arrays = [
    [batchInputs.tokens, tokens],
    [batchInputs.mask, mask],
    [batchInputs.positions, positions],
  ] as const;
  const buffers = new Map<string, DeviceBuffer>();
  try {
    for (const [name, numbers] of arrays) {
      const data = Int32Array.from(numbers);
      buffers.set(name, await client.toDevice({ elementType: "i32", dimensions: [batch, time + 1], data }));
    }
    return buffers;
  } catch (error) {
    closeAll(buffers.values());
    throw error;
  }
}

/** The f32 numbers of a buffer. */
export async function readFloats(buffer: DeviceBuffer): Promise<Float32Array<ArrayBuffer>> {
  const { buffer: bytes, byteOffset, byteLength } = await buffer.toHost();
  return new Float32Array(bytes, byteOffset, byteLength / 4);
}

/** Loss and norm among the results of a program, whose buffers are closed. */
export async function readFigures(outputs: Buffers): Promise<TrainingFigures> {
  const [loss, norm] = [outputs.get(stepOutputs.loss)!, outputs.get(stepOutputs.gradientNorm)!];
  try {
    return { loss: (await readFloats(loss))[0]!, gradientNorm: (await readFloats(norm))[0]! };
  } finally {
    closeAll([loss, norm]);
  }
}

/** A model whose parameters are trained. Close it. */
export class Trainer implements Disposable {
  #states: Buffers;

  private constructor(
    readonly client: Client,
    readonly definition: ConfiguredModel,
    readonly program: CompiledProgram,
    private readonly options: TrainerOptions,
    states: Buffers,
    private readonly parameters: Buffers,
  ) {
    this.#states = states;
  }

  /**
   * Compiles the step for the client's platform, unless a target is given, and puts the checkpoint's weights on its first device, in f32.
   * @throws TrainingError for what cannot be trained so; CheckpointError with everything that does not fit; PjrtError; AbortedError
   */
  static async start(
    client: Client,
    definition: ConfiguredModel,
    checkpoint: Checkpoint,
    options: TrainerOptions,
  ): Promise<Trainer> {
    const weights = bindWeights(checkpoint, definition.parameters, definition.names);
    const { target } = resolveTarget(options.target ?? client);
    const lowered = lowerProgram(trainStep(definition, options), { ...options, target, prepare: false });
    const program = await CompiledProgram.compile(client, lowered, options.cache);
    const upload = (wanted: Argument["role"]) =>
      uploadArguments(
        client,
        lowered.arguments.filter(({ role }) => role === wanted),
        weights,
        options.signal,
      );
    let states: Buffers = new Map();
    try {
      states = await upload("state");
      return new Trainer(client, definition, program, options, states, await upload("parameter"));
    } catch (error) {
      closeAll(states.values());
      program.close();
      throw error;
    }
  }

  /** One step on one batch. @throws TrainingError for a batch that is none; PjrtError */
  async step(batch: TrainingBatch): Promise<TrainingFigures> {
    checkBatch(this.definition, this.options, batch);
    const inputs = await uploadBatch(this.client, this.options, batch);
    try {
      const { parameters } = this;
      const { outputs, states } = await this.program.run({ inputs, parameters, states: this.#states });
      this.#states = states;
      return await readFigures(outputs);
    } finally {
      closeAll(inputs.values());
    }
  }

  /** What a state holds now: a parameter that is trained, by its path, or what the optimiser keeps. @throws UsageError for no such state */
  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    const state = this.#states.get(name);
    if (state !== undefined) return readFloats(state);
    throw new UsageError({
      message: `${this.program.interface.name} keeps no "${name}"`,
      expected: [...this.#states.keys()].join(", "),
    });
  }

  close(): void {
    closeAll([...this.#states.values(), ...this.parameters.values()]);
    this.program.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
