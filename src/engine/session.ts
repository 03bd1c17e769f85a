/** @file A batch of sequences being read and continued: prompts of any length in chunks, then token by token. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { checkPrompt } from "../text/index.js";
import { planChunks } from "./chunks.js";
import type { GriffinModel, ProgramKey } from "./model.js";

/** Position of padding in front of a prompt. */
const PADDING = -1;

const DEFAULT_CHUNK = 256;

export interface SessionOptions {
  /** Longest chunk of a prompt in tokens; default 256. Shorter prompts take a shorter static length. */
  readonly chunk?: number | undefined;
  readonly padId?: number | undefined;
}

const expectCount = (what: string, count: number): void => {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new UsageError({ message: `${what} must be a whole number, 1 or more`, got: String(count) });
};

/** The state of a batch. Its size does not grow with the number of tokens. @throws UsageError for a batch or chunk of none */
export class Session implements Disposable {
  #states = new Map<string, DeviceBuffer>();
  /** Position of each sequence's next token. */
  #positions: Int32Array;
  readonly #vocab: number;

  constructor(
    readonly model: GriffinModel,
    readonly batch: number,
    readonly options: SessionOptions = {},
  ) {
    expectCount("the batch", batch);
    expectCount("the chunk", options.chunk ?? DEFAULT_CHUNK);
    this.#positions = new Int32Array(batch);
    this.#vocab = model.config.vocabSize;
  }

  /**
   * Reads the prompts, which may differ in length, and returns the logits of each one's next token: [vocab] f32 per row.
   * Shorter prompts are padded in front. Call it once, first.
   * @throws UsageError for an empty prompt, tokens outside of the vocabulary, another number of prompts than the batch
   */
  async prefill(prompts: readonly (readonly number[])[]): Promise<Float32Array[]> {
    this.#checkRows("prompts", prompts.length);
    if (this.#states.size > 0) {
      throw new UsageError({ message: "a session reads its prompts once", hint: "make another session" });
    }
    for (const prompt of prompts) checkPrompt(prompt, this.#vocab);
    const longest = Math.max(...prompts.map((prompt) => prompt.length));
    const plan = planChunks(longest, this.options.chunk ?? DEFAULT_CHUNK);
    const total = plan.reduce((sum, time) => sum + time, 0);
    let logits: Float32Array[] = [];
    let start = 0;
    for (const time of plan) {
      const tokens = new Int32Array(this.batch * time).fill(this.options.padId ?? 0);
      const positions = new Int32Array(this.batch * time).fill(PADDING);
      prompts.forEach((prompt, row) => {
        const padding = total - prompt.length;
        for (let t = Math.max(0, padding - start); t < time; t++) {
          tokens[row * time + t] = prompt[start + t - padding]!;
          positions[row * time + t] = start + t - padding;
        }
      });
      const isLast = start + time === total;
      logits = await this.#step(
        { kind: start === 0 ? "prefill" : "extend", batch: this.batch, time },
        tokens,
        positions,
        isLast,
      );
      start += time;
    }
    this.#positions = Int32Array.from(prompts, (prompt) => prompt.length);
    return logits;
  }

  /** Feeds one token per row and returns the logits of the next. @throws UsageError as `prefill`, or before it */
  async decode(tokens: readonly number[]): Promise<Float32Array[]> {
    this.#checkRows("tokens", tokens.length);
    if (this.#states.size === 0) {
      throw new UsageError({ message: "nothing to go on from", hint: "call prefill first" });
    }
    checkPrompt(tokens, this.#vocab);
    const key: ProgramKey = { kind: "decode", batch: this.batch, time: 1 };
    const logits = await this.#step(key, Int32Array.from(tokens), this.#positions, true);
    this.#positions = this.#positions.map((position) => position + 1);
    return logits;
  }

  async #step(
    key: ProgramKey,
    tokens: Int32Array,
    positions: Int32Array,
    wantsLogits: boolean,
  ): Promise<Float32Array[]> {
    const { client } = this.model;
    const dimensions = [key.batch, key.time];
    const inputs = new Map([
      ["tokens", await client.toDevice({ elementType: "i32", dimensions, data: tokens })],
      ["segment_pos", await client.toDevice({ elementType: "i32", dimensions, data: positions })],
    ]);
    try {
      const { outputs, states } = await this.model.run(key, inputs, this.#states);
      this.#states = new Map(states);
      using logits = outputs.get("logits")!;
      return wantsLogits ? rows(await logits.toHost(), this.#vocab) : [];
    } finally {
      for (const input of inputs.values()) input.close();
    }
  }

  #checkRows(what: string, count: number): void {
    if (count === this.batch) return;
    throw new UsageError({
      message: `the session has another number of ${what}`,
      expected: `${this.batch}, one a row of the batch`,
      got: String(count),
    });
  }

  close(): void {
    for (const state of this.#states.values()) state.close();
    this.#states.clear();
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
