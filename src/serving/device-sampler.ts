/** @file Tokens drawn where the logits lie: settings and counts stay on the device, one random number a row goes there each step. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { InternalError } from "../support/errors.js";
import { biasOf, countsOf, randomWords, type SamplingOptions, samplingSettings } from "../tokens/index.js";
import { callProgram } from "./call.js";
import { closeAll } from "./close-all.js";
import type { Tensors } from "./device-tensors.js";
import type { LoadedProgram } from "./loaded-program.js";
import type { LoopRun } from "./loop-call.js";
import { LOOP_OUTPUTS, ofSampler, samplersName } from "./loop-key.js";
import type { TokenLogprobs } from "./logprobs.js";
import type { ProgramSet } from "./program-set.js";

/** The tokens of one step or several, on the device, and what is told of them, on its way. */
export interface DrawnSteps {
  /** The last of each row, [batch, 1] i32, as the next step takes it; -1 where logits are not finite. The caller closes it. */
  readonly next: DeviceBuffer;
  /** All of each row, [batch, steps] i32, where there may be several. The caller closes it. */
  readonly tokens?: DeviceBuffer;
  /** Of each step and row, where it was asked for. */
  readonly logprobs: Promise<readonly (readonly TokenLogprobs[])[]> | undefined;
}

/** The program that draws from logits, and one that makes several tokens in one call, if one will. */
export interface DrawingPrograms {
  readonly program: LoadedProgram;
  readonly loop?: LoadedProgram;
}

/** What a row draws with, and what its text begins with. */
export interface RowBeginning {
  readonly prompt: readonly number[];
  readonly seed: number;
}

/** How the rows of a batch draw. */
export interface DrawOptions extends SamplingOptions {
  /** Best tokens to tell, of those that the program tells; undefined: none, nor the drawn one's. */
  readonly logprobs: number | undefined;
  /** Whether each step says which tokens rows may have. */
  readonly isHeld: boolean;
}

/** The axis of the rows in what is kept of them. */
const COUNT_AXES = new Map([["counts", 0]]);

/** The sampler of a batch. Close it. */
export class DeviceSampler implements Disposable {
  #states: Tensors;
  readonly #random: (() => number)[];

  private constructor(
    private readonly model: ProgramSet,
    private readonly program: LoadedProgram,
    private readonly options: DrawOptions,
    /** By their names in the program that draws. */
    private readonly settings: Tensors,
    states: Tensors,
    rows: readonly RowBeginning[],
  ) {
    this.#states = states;
    this.#random = rows.map(({ seed }) => randomWords(seed));
  }

  /** @param programs each draws what the options ask for, and maybe more (`canDraw`). @throws PjrtError */
  static async create(
    model: ProgramSet,
    { program, loop }: DrawingPrograms,
    rows: readonly RowBeginning[],
    options: DrawOptions,
  ): Promise<DeviceSampler> {
    const { client, generation } = model;
    const data = settingsData(options, rows, generation.vocabSize);
    const made: DeviceBuffer[] = [];
    try {
      const settings = new Map<string, DeviceBuffer>();
      const states = new Map<string, DeviceBuffer>();
      const ofLoop = loop?.interface.arguments.map((each) => ({ ...each, name: samplersName(each.name) }));
      for (const { role, name = "", elementType, dimensions } of [
        ...program.interface.arguments,
        ...(ofLoop ?? []),
      ]) {
        const given = data.get(name);
        const kept = role === "state" ? states : settings;
        if (given === undefined || kept.has(name)) continue;
        const buffer = await client.toDevice({ elementType, dimensions, data: given() });
        made.push(buffer);
        kept.set(name, buffer);
      }
      return new DeviceSampler(model, program, options, settings, states, rows);
    } catch (error) {
      closeAll(made);
      throw error;
    }
  }

  /** Another text takes a row's place: it is drawn for with its own seed, and its own counts. @throws PjrtError */
  async begin(row: number, { prompt, seed }: RowBeginning): Promise<void> {
    this.#random[row] = randomWords(seed);
    if (this.#states.size === 0) return;
    const { client, generation, tensors } = this.model;
    const { vocabSize } = generation;
    const data = countsOf(prompt, vocabSize);
    using counts = await client.toDevice({ elementType: "i32", dimensions: [1, vocabSize], data });
    const from = { tensors: new Map([["counts", counts]]), row: 0 };
    this.#states = await tensors.place({ tensors: this.#states, row }, from, COUNT_AXES);
  }

  /**
   * Enqueues drawing a token of each row; the logits stay the caller's.
   * @param allowed bits of the tokens that each row may have, [batch, words]; of a sampler that holds to formats
   */
  async draw(logits: DeviceBuffer, allowed?: Int32Array<ArrayBuffer>): Promise<DrawnSteps> {
    const { client } = this.model;
    const batch = this.#random.length;
    if ((allowed !== undefined) !== this.options.isHeld)
      throw new InternalError("a sampler is told of every step which tokens rows may have, or of none");
    using bits = allowed === undefined ? undefined : await this.#upload(allowed);
    const words = BigInt64Array.from(this.#random, (next) => BigInt(next()));
    using random = await client.toDevice({ elementType: "i64", dimensions: [batch], data: words });
    const inputs = new Map([...this.settings, ["logits", logits] as const, ["random", random] as const]);
    if (bits !== undefined) inputs.set("allowed", bits);
    const { interface: program, executable } = this.program;
    const { outputs, states } = await callProgram(program, executable, { inputs, states: this.#states });
    this.#keep(states);
    const { next, ...told } = Object.fromEntries(outputs);
    if (this.options.logprobs !== undefined)
      return { next: next!, logprobs: this.#read(outputs, { steps: 1, count: this.options.logprobs }) };
    closeAll(Object.values(told));
    return { next: next!, logprobs: undefined };
  }

  /** What a program has made of the states that it takes. */
  #keep(states: Tensors): void {
    this.#states = new Map([...this.#states, ...states]);
  }

  /**
   * Has several tokens of each row drawn by one call of a loop, with the numbers that as many calls of `draw` would take.
   * @param run runs the loop
   */
  async drawMany(steps: number, run: LoopRun): Promise<DrawnSteps> {
    if (this.options.isHeld)
      throw new InternalError("a loop is not told which tokens rows may have, and these are held to formats");
    const batch = this.#random.length;
    const words = new BigInt64Array(batch * steps);
    for (const [row, next] of this.#random.entries())
      for (let step = 0; step < steps; step++) words[row * steps + step] = BigInt(next());
    using random = await this.model.client.toDevice({
      elementType: "i64",
      dimensions: [batch, steps],
      data: words,
    });
    const inputs = forLoop(new Map([...this.settings, ["random", random]]));
    const { outputs, states } = await run({ inputs, states: forLoop(this.#states) });
    this.#keep(fromLoop(states));
    const told = fromLoop(outputs);
    const made = { next: outputs.get(LOOP_OUTPUTS.next)!, tokens: outputs.get(LOOP_OUTPUTS.tokens)! };
    if (this.options.logprobs !== undefined)
      return { ...made, logprobs: this.#read(told, { steps, count: this.options.logprobs }) };
    closeAll(told.values());
    return { ...made, logprobs: undefined };
  }

  #upload(allowed: Int32Array<ArrayBuffer>): Promise<DeviceBuffer> {
    const batch = this.#random.length;
    const dimensions = [batch, allowed.length / batch];
    return this.model.client.toDevice({ elementType: "i32", dimensions, data: allowed });
  }

  /** What is told of `steps` tokens of each row: `count` best ones beside each. */
  async #read(
    outputs: Tensors,
    { steps, count }: { readonly steps: number; readonly count: number },
  ): Promise<readonly (readonly TokenLogprobs[])[]> {
    const take = async (name: string): Promise<ArrayBuffer> => {
      using buffer = outputs.get(name);
      return buffer === undefined ? new ArrayBuffer(0) : (await buffer.toHost()).buffer;
    };
    const [drawn, top, of] = await Promise.all(["logprob", "top", "top_logprobs"].map(take));
    const [logprobs, ids, best] = [new Float32Array(drawn!), new Int32Array(top!), new Float32Array(of!)];
    // The program may tell more than was asked for.
    const width = ids.length / logprobs.length;
    const toldAt = (at: number): TokenLogprobs => ({
      logprob: logprobs[at]!,
      top: Array.from({ length: Math.min(count, width) }, (_, place) => ({
        token: ids[at * width + place]!,
        logprob: best[at * width + place]!,
      })),
    });
    return Array.from({ length: steps }, (_, step) =>
      this.#random.map((_next, row) => toldAt(row * steps + step)),
    );
  }

  /** Frees settings and counts; the program is its model's. */
  close(): void {
    closeAll(this.settings.values());
    closeAll(this.#states.values());
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** By the names that a loop has for what is the sampler's. */
const forLoop = (tensors: Tensors): Tensors =>
  new Map([...tensors].map(([name, buffer]) => [ofSampler(name), buffer]));

/** What is the sampler's of a loop's, by the sampler's names. */
const fromLoop = (tensors: Tensors): Tensors =>
  new Map(
    [...tensors].flatMap(([name, buffer]) => {
      const own = samplersName(name);
      return own === undefined ? [] : [[own, buffer] as const];
    }),
  );

/** What programs take of the options, for every row, by name; made when it is taken. */
function settingsData(
  options: DrawOptions,
  rows: readonly RowBeginning[],
  vocabSize: number,
): ReadonlyMap<string, () => ArrayBufferView> {
  const settings = samplingSettings(options);
  const batch = rows.length;
  const floats = (value: number) => () => new Float32Array(batch).fill(value);
  const integers = (value: number) => () => new Int32Array(batch).fill(value);
  return new Map<string, () => ArrayBufferView>([
    ["scale", floats(settings.scale)],
    ["min_weight", integers(settings.minWeight)],
    ["top_k", integers(settings.topK)],
    ["top_p", () => new BigInt64Array(batch).fill(BigInt(settings.topP))],
    ["frequency", integers(settings.frequency)],
    ["presence", integers(settings.presence)],
    ["repetition", floats(settings.repetition)],
    ["inverse", floats(settings.inverse)],
    ["bias", () => stacked(rows.map(() => biasOf(options, vocabSize)))],
    ["counts", () => stacked(rows.map(({ prompt }) => countsOf(prompt, vocabSize)))],
    ...(options.isHeld ? [] : [["allowed", () => everyToken(batch, vocabSize)] as const]),
  ]);
}

/** Bits of the tokens that rows may have, [rows, words]: all. */
export const everyToken = (rows: number, vocabSize: number): Int32Array<ArrayBuffer> =>
  new Int32Array(rows * Math.ceil(vocabSize / 32)).fill(-1);

/** Rows one after the other. */
function stacked<T extends Int32Array | Float32Array>(rows: readonly T[]): T {
  const [first] = rows;
  const all = new (first!.constructor as new (length: number) => T)(rows.length * first!.length);
  for (const [row, values] of rows.entries()) all.set(values, row * first!.length);
  return all;
}
