/** @file A batch of sequences being read and continued: prompts of any length in chunks, then token by token. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { AbortedError, checkNotAborted, type WaitOptions, waitFor } from "../support/wait.js";
import { checkPrompt } from "../tokens/index.js";
import { decodingProgram, readingPrograms } from "./generation-programs.js";
import { closeAll, type ProgramKey, type ProgramSet } from "./program-set.js";

/** Position of padding in front of a prompt. */
const PADDING = -1;

/** How a session reads its prompts. */
export interface SessionOptions {
  /** Longest chunk of a prompt in tokens; default: the model's. Shorter prompts take a shorter static length. */
  readonly chunk?: number | undefined;
}

/** What one run gave, on the device; its contents may still be on their way. The caller closes both. */
export interface StepResults {
  /** [batch, vocab] f32, of each sequence's next token. */
  readonly logits: DeviceBuffer;
  /** [batch, 1] i32, the best token of each; -1 where the logits are not finite. */
  readonly next: DeviceBuffer;
}

const expectCount = (what: string, count: number): void => {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new UsageError({ message: `${what} must be a whole number, 1 or more`, got: String(count) });
};

/** The state of a batch. Its size does not grow with the number of tokens. @throws UsageError for a batch or chunk of none */
export class Session implements Disposable {
  #states: ReadonlyMap<string, DeviceBuffer> = new Map();
  #running = false;
  /** Whether nobody waits any more for the call that is running. */
  #isGivenUp = false;
  #closed = false;
  /** Position of each sequence's next token. */
  #positions: Int32Array<ArrayBuffer>;
  readonly #vocab: number;
  readonly #chunkSize: number;

  constructor(
    readonly model: ProgramSet,
    readonly batch: number,
    options: SessionOptions = {},
  ) {
    expectCount("the batch", batch);
    this.#chunkSize = options.chunk ?? model.chunk;
    expectCount("the chunk", this.#chunkSize);
    this.#positions = new Int32Array(batch);
    this.#vocab = model.generation.vocabSize;
  }

  /**
   * Reads the prompts, which may differ in length, and returns the logits of each one's next token: [vocab] f32 per row.
   * Shorter prompts are padded in front. Call it once, first.
   * @throws UsageError for an empty prompt, tokens outside of the vocabulary, another number of prompts than the batch; AbortedError when
   * the caller gives up: once what is on its way to the device has come, and is freed, the session reads prompts anew
   */
  prefill(prompts: readonly (readonly number[])[], wait: WaitOptions = {}): Promise<Float32Array[]> {
    const step = async () => this.#toHost(await this.#read(prompts));
    return this.#alone("prefill", wait, step);
  }

  /**
   * Feeds one token per row and returns the logits of the next.
   * @throws UsageError as `prefill`, or before it; AbortedError when the caller gives up: the session has lost its place then, as for `prefill`
   */
  decode(tokens: readonly number[], wait: WaitOptions = {}): Promise<Float32Array[]> {
    const step = async () => {
      this.#checkRows("tokens", tokens.length);
      this.#checkHasRead();
      checkPrompt(tokens, this.#vocab);
      using uploaded = await this.#upload(Int32Array.from(tokens), 1);
      return this.#toHost(await this.#advance(uploaded));
    };
    return this.#alone("decode", wait, step);
  }

  /** As `prefill`; the results stay on the device. */
  read(prompts: readonly (readonly number[])[]): Promise<StepResults> {
    return this.#alone("prefill", {}, () => this.#read(prompts));
  }

  async #read(prompts: readonly (readonly number[])[]): Promise<StepResults> {
    this.#checkRows("prompts", prompts.length);
    if (this.#states.size > 0) {
      throw new UsageError({ message: "a session reads its prompts once", hint: "make another session" });
    }
    for (const prompt of prompts) checkPrompt(prompt, this.#vocab);
    const longest = Math.max(...prompts.map((prompt) => prompt.length));
    const shape = { batch: this.batch, chunk: this.#chunkSize };
    const plan = readingPrograms(this.model.generation, shape, longest);
    const total = plan.reduce((sum, { time }) => sum + time, 0);
    let results: StepResults | undefined;
    let start = 0;
    try {
      for (const key of plan) {
        this.#checkAwaited("prefill");
        const { time } = key;
        const { tokens, positions } = this.#chunk(prompts, total, start, time);
        using uploaded = await this.#upload(tokens, time);
        if (results !== undefined) closeAll([results.logits, results.next]);
        results = await this.#run(key, uploaded, positions);
        start += time;
      }
    } catch (error) {
      // Half of a prompt is nothing to go on from; the prompts may be read again.
      if (results !== undefined) closeAll([results.logits, results.next]);
      this.#dropStates();
      throw error;
    }
    this.#positions = Int32Array.from(prompts, (prompt) => prompt.length);
    return results!;
  }

  #dropStates(): void {
    closeAll(this.#states.values());
    this.#states = new Map();
  }

  /**
   * As `decode`, with tokens that are on the device, [batch, 1] i32, such as `next` of the step before, and results that stay there.
   * Only enqueues: several steps may be on their way.
   */
  advance(tokens: DeviceBuffer): Promise<StepResults> {
    return this.#alone("decode", {}, () => this.#advance(tokens));
  }

  async #advance(tokens: DeviceBuffer): Promise<StepResults> {
    this.#checkHasRead();
    const key = decodingProgram(this.model.generation, this.batch);
    const results = await this.#run(key, tokens, this.#positions);
    // Only now: a step that failed may be tried again, at the same place.
    this.#positions = this.#positions.map((position) => position + 1);
    return results;
  }

  /**
   * Each step takes the state that the one before left. One that is given up goes on to its end; the session is busy until then, and has
   * no states afterwards.
   * @throws UsageError while another is on its way to the device; AbortedError
   */
  async #alone<T>(what: string, wait: WaitOptions, step: () => Promise<T>): Promise<T> {
    if (this.#running) {
      throw new UsageError({
        message: "the session is busy with another call",
        hint: "await each prefill and decode before the next, or make a session for each",
      });
    }
    checkNotAborted(what, wait);
    this.#running = true;
    this.#isGivenUp = false;
    const work = async () => {
      try {
        return await step();
      } finally {
        if (this.#isGivenUp) this.#dropStates();
        this.#running = false;
      }
    };
    try {
      return await waitFor(
        what,
        wait,
        work,
        undefined,
        "the session reads prompts anew when the device is done",
      );
    } catch (error) {
      this.#isGivenUp = error instanceof AbortedError;
      if (this.#isGivenUp && !this.#running) this.#dropStates();
      throw error;
    }
  }

  /** @throws AbortedError, which nobody sees: the caller was told when the wait ended */
  #checkAwaited(what: string): void {
    if (this.#isGivenUp) throw new AbortedError({ message: `${what} was given up` });
  }

  #checkOpen(): void {
    if (this.#closed)
      throw new UsageError({ message: "the session is closed", hint: "make another session" });
  }

  /** Tokens and positions [batch, time] of `time` columns from `start`, of prompts padded in front to `total` tokens. */
  #chunk(prompts: readonly (readonly number[])[], total: number, start: number, time: number) {
    const tokens = new Int32Array(this.batch * time).fill(this.model.generation.padId);
    const positions = new Int32Array(this.batch * time).fill(PADDING);
    prompts.forEach((prompt, row) => {
      const padding = total - prompt.length;
      for (let t = Math.max(0, padding - start); t < time; t++) {
        tokens[row * time + t] = prompt[start + t - padding]!;
        positions[row * time + t] = start + t - padding;
      }
    });
    return { tokens, positions };
  }

  #upload(data: Int32Array<ArrayBuffer>, time: number): Promise<DeviceBuffer> {
    return this.model.client.toDevice({ elementType: "i32", dimensions: [this.batch, time], data });
  }

  async #run(
    key: ProgramKey,
    tokens: DeviceBuffer,
    positions: Int32Array<ArrayBuffer>,
  ): Promise<StepResults> {
    this.#checkOpen();
    const { inputs, outputs: names } = this.model.generation;
    using uploaded = await this.#upload(positions, key.time);
    const given = new Map([
      [inputs.tokens, tokens],
      [inputs.positions, uploaded],
    ]);
    const { outputs, states } = await this.model.run(key, given, this.#states);
    if (this.#closed) closeAll([...states.values(), ...outputs.values()]);
    this.#checkOpen();
    this.#states = states;
    return { logits: outputs.get(names.logits)!, next: outputs.get(names.best)! };
  }

  async #toHost({ logits, next }: StepResults): Promise<Float32Array[]> {
    using _ = logits;
    next.close();
    try {
      return rows(await logits.toHost(), this.#vocab);
    } catch (error) {
      // The step is done, but its caller does not know: the same call again would feed its tokens twice.
      this.#dropStates();
      throw error;
    }
  }

  #checkHasRead(): void {
    if (this.#states.size > 0) return;
    throw new UsageError({ message: "nothing to go on from", hint: "call prefill first" });
  }

  #checkRows(what: string, count: number): void {
    if (count === this.batch) return;
    throw new UsageError({
      message: `the session has another number of ${what}`,
      expected: `${this.batch}, one a row of the batch`,
      got: String(count),
    });
  }

  /** Frees the state; of a call that is on its way, when it comes. */
  close(): void {
    this.#closed = true;
    this.#dropStates();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Rows of `width` f32 from bytes. */
function rows(bytes: Uint8Array, width: number): Float32Array[] {
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
}
