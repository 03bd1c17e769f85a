/** @file Tokens drawn where the logits lie: settings and counts stay on the device, one random number a row goes there each step. */
import type { Client, DeviceBuffer } from "../runtime-pjrt/index.js";
import {
  biasOf,
  countsOf,
  randomWords,
  type SamplingOptions,
  samplingParts,
  samplingSettings,
} from "../tokens/index.js";
import { callProgram } from "./call.js";
import { closeAll } from "./close-all.js";
import type { LoadedProgram } from "./loaded-program.js";
import type { TokenLogprobs } from "./logprobs.js";
import type { ProgramSet } from "./program-set.js";
import type { SamplerKey } from "./sampler-key.js";

/** The tokens of a step, on the device, and what is told of them, on its way. */
export interface DrawnStep {
  /** [batch, 1] i32; -1 where logits are not finite. The caller closes it. */
  readonly next: DeviceBuffer;
  /** Of each row, where it was asked for. */
  readonly logprobs: Promise<readonly TokenLogprobs[]> | undefined;
}

const NOTHING = new Int32Array(0);

/** The sampler of a batch; row r draws with seed + r. Close it. */
export class DeviceSampler implements Disposable {
  #states: ReadonlyMap<string, DeviceBuffer>;
  readonly #random: readonly (() => number)[];

  private constructor(
    private readonly client: Client,
    private readonly program: LoadedProgram,
    private readonly key: SamplerKey,
    private readonly settings: ReadonlyMap<string, DeviceBuffer>,
    states: ReadonlyMap<string, DeviceBuffer>,
    seed: number,
  ) {
    this.#states = states;
    this.#random = Array.from({ length: key.batch }, (_, row) => randomWords(seed + row));
  }

  /** @throws UsageError for options out of range */
  static async create(
    { client, generation }: ProgramSet,
    load: (key: SamplerKey) => Promise<LoadedProgram>,
    prompts: readonly (readonly number[])[],
    options: SamplingOptions & { readonly logprobs?: number | undefined; readonly isHeld?: boolean },
  ): Promise<DeviceSampler> {
    const { vocabSize } = generation;
    const batch = prompts.length;
    const logprobs = options.logprobs === undefined ? undefined : Math.min(options.logprobs, vocabSize);
    const key = { batch, logprobs, allowed: options.isHeld === true, ...samplingParts(options) };
    const data = settingsData(options, batch, vocabSize);
    const program = await load(key);
    const made: DeviceBuffer[] = [];
    const upload = async (name: string, from: ReadonlyMap<string, ArrayBufferView>) => {
      const argument = program.interface.arguments.find((each) => each.name === name)!;
      const { elementType, dimensions } = argument;
      const buffer = await client.toDevice({ elementType, dimensions, data: from.get(name)! });
      made.push(buffer);
      return [name, buffer] as const;
    };
    try {
      const settings = new Map<string, DeviceBuffer>();
      for (const { role, name } of program.interface.arguments)
        if (role === "input" && data.has(name)) settings.set(...(await upload(name, data)));
      const counts = new Map([["counts", stacked(prompts.map((prompt) => countsOf(prompt, vocabSize)))]]);
      const states = key.penalties
        ? new Map([await upload("counts", counts)])
        : new Map<string, DeviceBuffer>();
      return new DeviceSampler(client, program, key, settings, states, options.seed ?? 0);
    } catch (error) {
      closeAll(made);
      throw error;
    }
  }

  /**
   * Enqueues drawing a token of each row; the logits stay the caller's.
   * @param allowed bits of the tokens that each row may have, [batch, words]; of a sampler that holds to formats
   */
  async draw(logits: DeviceBuffer, allowed: Int32Array<ArrayBuffer> = NOTHING): Promise<DrawnStep> {
    const { batch } = this.key;
    using bits = this.key.allowed ? await this.#upload(allowed) : undefined;
    const words = BigInt64Array.from(this.#random, (next) => BigInt(next()));
    using random = await this.client.toDevice({ elementType: "i64", dimensions: [batch], data: words });
    const inputs = new Map([...this.settings, ["logits", logits] as const, ["random", random] as const]);
    if (bits !== undefined) inputs.set("allowed", bits);
    const results = await callProgram(this.program.interface, this.program.executable, {
      inputs,
      states: this.#states,
    });
    this.#states = results.states;
    const { outputs } = results;
    return {
      next: outputs.get("next")!,
      logprobs: this.key.logprobs === undefined ? undefined : this.#read(outputs, this.key.logprobs),
    };
  }

  #upload(allowed: Int32Array<ArrayBuffer>): Promise<DeviceBuffer> {
    const { batch } = this.key;
    const dimensions = [batch, allowed.length / batch];
    return this.client.toDevice({ elementType: "i32", dimensions, data: allowed });
  }

  async #read(outputs: ReadonlyMap<string, DeviceBuffer>, count: number): Promise<readonly TokenLogprobs[]> {
    const take = async (name: string): Promise<ArrayBuffer> => {
      using buffer = outputs.get(name)!;
      return (await buffer.toHost()).buffer;
    };
    const none = new ArrayBuffer(0);
    const names = count === 0 ? [] : ["top", "top_logprobs"];
    const [drawn = none, top = none, of = none] = await Promise.all(["logprob", ...names].map(take));
    const [logprobs, ids, best] = [new Float32Array(drawn), new Int32Array(top), new Float32Array(of)];
    return Array.from(logprobs, (logprob, row) => ({
      logprob,
      top: Array.from({ length: count }, (_, place) => ({
        token: ids[row * count + place]!,
        logprob: best[row * count + place]!,
      })),
    }));
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

/** What the program takes of the options, for every row. */
function settingsData(
  options: SamplingOptions,
  batch: number,
  vocabSize: number,
): ReadonlyMap<string, ArrayBufferView> {
  const settings = samplingSettings(options);
  const floats = (value: number) => new Float32Array(batch).fill(value);
  const integers = (value: number) => new Int32Array(batch).fill(value);
  const bias = () => stacked(Array.from({ length: batch }, () => biasOf(options, vocabSize)));
  return new Map<string, ArrayBufferView>([
    ["scale", floats(settings.scale)],
    ["min_weight", integers(settings.minWeight)],
    ["top_k", integers(settings.topK)],
    ["top_p", new BigInt64Array(batch).fill(BigInt(settings.topP))],
    ["frequency", integers(settings.frequency)],
    ["presence", integers(settings.presence)],
    ["repetition", floats(settings.repetition)],
    ["inverse", floats(settings.inverse)],
    ...(samplingParts(options).bias ? [["bias", bias()] as const] : []),
  ]);
}

/** Rows one after the other. */
function stacked<T extends Int32Array | Float32Array>(rows: readonly T[]): T {
  const [first] = rows;
  const all = new (first!.constructor as new (length: number) => T)(rows.length * first!.length);
  for (const [row, values] of rows.entries()) all.set(values, row * first!.length);
  return all;
}
