/** @file A model ready to run: weights on the device, programs lowered and compiled when they are first needed. */
import {
  type ComputeDType,
  type GriffinConfig,
  griffinParameters,
  griffinProgram,
  type GriffinProgramOptions,
} from "../../models/griffin.js";
import type { PassCallback } from "../passes/index.js";
import type { Client, DeviceBuffer } from "../runtime-pjrt/index.js";
import { bindWeights, type BoundParameter, type Checkpoint } from "../weights/index.js";
import { CompiledProgram } from "./compiled.js";
import { type LoweredProgram, type LoweringOptions, lowerProgram, stablehloText } from "./lower.js";

/** What happens while a model gets ready, for a progress line. */
export type ModelEvent =
  | { readonly phase: "weights"; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly phase: "lower"; readonly program: string; readonly ms: number }
  | { readonly phase: "compile"; readonly program: string; readonly ms?: number };

export interface ModelOptions extends LoweringOptions {
  /** Computed in, and what weights are converted to. Default: what the checkpoint says. */
  readonly dtype?: ComputeDType | undefined;
  readonly onEvent?: ((event: ModelEvent) => void) | undefined;
  /** Called after each pass of each program. */
  readonly onPass?: PassCallback | undefined;
}

/** Which program: `GriffinProgramOptions` without the model's own dtype. */
export type ProgramKey = Omit<GriffinProgramOptions, "dtype">;

export class GriffinModel implements Disposable {
  readonly #programs = new Map<string, Promise<CompiledProgram>>();
  /** Results of preparing programs by their text: programs that prepare the same share it. */
  readonly #prepared = new Map<string, Promise<readonly DeviceBuffer[]>>();
  readonly #parameters: ReadonlyMap<string, DeviceBuffer>;
  readonly #options: ModelOptions;

  private constructor(
    readonly config: GriffinConfig,
    readonly dtype: ComputeDType,
    readonly client: Client,
    /** Lines worth showing, e.g. tensors that were ignored. */
    readonly warnings: readonly string[],
    readonly parameterBytes: number,
    parameters: ReadonlyMap<string, DeviceBuffer>,
    options: ModelOptions,
  ) {
    this.#parameters = parameters;
    this.#options = options;
  }

  /**
   * Puts the weights of a checkpoint on the client's first device, one tensor at a time.
   * @throws CheckpointError with one table of everything that does not fit
   */
  static async load(
    client: Client,
    checkpoint: Checkpoint,
    options: ModelOptions = {},
  ): Promise<GriffinModel> {
    const { config } = checkpoint;
    const dtype = options.dtype ?? config.dtype;
    const { parameters, warnings } = bindWeights(checkpoint, griffinParameters(config));
    const width = dtype === "f32" ? 4 : 2;
    const totalBytes = [...parameters.values()].reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b, width),
      0,
    );
    const buffers = new Map<string, DeviceBuffer>();
    let loadedBytes = 0;
    try {
      for (const [path, parameter] of parameters) {
        const buffer = await upload(client, parameter, dtype);
        buffers.set(path, buffer);
        loadedBytes += parameter.shape.reduce((a, b) => a * b, width);
        options.onEvent?.({ phase: "weights", loadedBytes, totalBytes });
      }
    } catch (error) {
      closeAll(buffers.values());
      throw error;
    }
    return new GriffinModel(config, dtype, client, warnings, totalBytes, buffers, options);
  }

  /** The StableHLO of a program, not compiled. */
  lower(key: ProgramKey): LoweredProgram {
    const start = performance.now();
    const program = griffinProgram(this.config, { ...key, dtype: this.dtype });
    const lowered = lowerProgram(program, this.#options, this.#options.onPass);
    this.#options.onEvent?.({ phase: "lower", program: describeProgram(key), ms: performance.now() - start });
    return lowered;
  }

  /** The compiled program; the same one for the same key. */
  program(key: ProgramKey): Promise<CompiledProgram> {
    const text = JSON.stringify(key);
    let known = this.#programs.get(text);
    if (known === undefined) {
      known = this.#compile(key);
      this.#programs.set(text, known);
    }
    return known;
  }

  async #compile(key: ProgramKey): Promise<CompiledProgram> {
    const lowered = this.lower(key);
    this.#options.onEvent?.({ phase: "compile", program: describeProgram(key) });
    const compiled = await CompiledProgram.compile(this.client, lowered);
    this.#options.onEvent?.({ phase: "compile", program: describeProgram(key), ms: compiled.compileMs });
    return compiled;
  }

  /** Runs a program with the model's weights. States are used up. */
  async run(
    key: ProgramKey,
    inputs: ReadonlyMap<string, DeviceBuffer>,
    states: ReadonlyMap<string, DeviceBuffer> = new Map(),
  ) {
    const program = await this.program(key);
    const prepared = await this.#prepare(program.lowered);
    return program.run({ inputs, states, parameters: this.#parameters, prepared });
  }

  #prepare({ prepare }: LoweredProgram): Promise<readonly DeviceBuffer[]> {
    if (prepare === undefined) return Promise.resolve([]);
    const key = `${stablehloText(prepare)}\n${prepare.arguments.map((argument) => argument.name).join()}`;
    let known = this.#prepared.get(key);
    if (known === undefined) {
      known = this.#runPreparation(prepare);
      this.#prepared.set(key, known);
    }
    return known;
  }

  async #runPreparation(prepare: LoweredProgram): Promise<readonly DeviceBuffer[]> {
    using program = await CompiledProgram.compile(this.client, prepare);
    const { outputs } = await program.run({ parameters: this.#parameters });
    return [...outputs.values()];
  }

  /** Frees weights and programs. */
  close(): void {
    closeAll(this.#parameters.values());
    for (const program of this.#programs.values()) program.then((p) => p.close()).catch(() => undefined);
    for (const prepared of this.#prepared.values()) {
      prepared.then((buffers) => closeAll(buffers)).catch(() => undefined);
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function closeAll(buffers: Iterable<DeviceBuffer>): void {
  for (const buffer of buffers) buffer.close();
}

async function upload(client: Client, parameter: BoundParameter, dtype: ComputeDType): Promise<DeviceBuffer> {
  const data = await parameter.readAs(dtype);
  return client.toDevice({ elementType: dtype, dimensions: parameter.shape, data });
}

/** `prefill 1x256`, for progress lines. */
const describeProgram = ({ kind, batch, time }: ProgramKey): string => `${kind} ${batch}x${time}`;
