/**
 * @file A batch of sequences being read and continued: prompts of any length in chunks, then token by token, or more text after it. What
 * was read can be kept: forked, marked and gone back to, moved between batches, stored (session-file.ts).
 */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { AbortedError, checkNotAborted, type WaitOptions, waitFor } from "../support/wait.js";
import { checkPrompt } from "../tokens/index.js";
import { followingLengths, planPieces } from "./chunks.js";
import { closeAll } from "./close-all.js";
import type { Tensors } from "./device-tensors.js";
import { decodingProgram, readingPrograms } from "./generation-programs.js";
import type { ProgramKey, ProgramSet } from "./program-set.js";
import { rowAxesOf } from "./states.js";

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

/** A place in the texts of a session that it can go back to: a copy of its states, on the device. Close it. */
export class SessionMark implements Disposable {
  /** For `Session.mark`. */
  constructor(
    readonly model: ProgramSet,
    readonly states: Tensors,
    /** Tokens that each row had read. */
    readonly lengths: readonly number[],
  ) {}

  /** Frees the copy; the session stays where it is. */
  close(): void {
    closeAll(this.states.values());
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const expectCount = (what: string, count: number): void => {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new UsageError({ message: `${what} must be a whole number, 1 or more`, got: String(count) });
};

/** The state of a batch. Its size does not grow with the number of tokens. @throws UsageError for a batch or chunk of none */
export class Session implements Disposable {
  #states: Tensors = new Map();
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
   * A session that goes on from states that were read elsewhere, which are its own from now on.
   * @param lengths tokens that each row has read
   */
  static resume(
    model: ProgramSet,
    states: Tensors,
    lengths: readonly number[],
    options: SessionOptions = {},
  ): Session {
    const session = new Session(model, lengths.length, options);
    session.#states = states;
    session.#positions = Int32Array.from(lengths);
    return session;
  }

  /** Tokens that each row has read. */
  get lengths(): readonly number[] {
    return [...this.#positions];
  }

  /**
   * Reads the prompts, which may differ in length, and returns the logits of each one's next token: [vocab] f32 per row.
   * Shorter prompts are padded in front. Call it first; what follows is for `append`.
   * @throws UsageError for an empty prompt, tokens outside of the vocabulary, another number of prompts than the batch; AbortedError when
   * the caller gives up: once what is on its way to the device has come, and is freed, the session reads prompts anew
   */
  prefill(prompts: readonly (readonly number[])[], wait: WaitOptions = {}): Promise<Float32Array[]> {
    const step = async () => {
      if (this.#states.size === 0) return this.#toHost(await this.#read(prompts));
      throw new UsageError({
        message: "the session has read its prompts",
        hint: "append to them, or make another session",
      });
    };
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

  /**
   * Reads more of each row's text, and nothing of what it has read: the logits of each one's next token, [vocab] f32. A row that is given
   * nothing stays where it is, and has no logits. In a session that has read nothing this is `prefill`.
   * @throws UsageError, AbortedError as `prefill`
   */
  append(
    texts: readonly (readonly number[])[],
    wait: WaitOptions = {},
  ): Promise<(Float32Array | undefined)[]> {
    const step = async () => {
      const logits = await this.#toHost(await this.#readOn(texts));
      return logits.map((row, i) => (texts[i]!.length === 0 ? undefined : row));
    };
    return this.#alone("append", wait, step);
  }

  /** As `prefill` for a session that has read nothing, and `append` for others; the results stay on the device. */
  read(texts: readonly (readonly number[])[], wait: WaitOptions = {}): Promise<StepResults> {
    const what = this.#states.size > 0 ? "append" : "prefill";
    const release = ({ logits, next }: StepResults) => closeAll([logits, next]);
    return this.#alone(what, wait, () => this.#readOn(texts), release);
  }

  #readOn(texts: readonly (readonly number[])[]): Promise<StepResults> {
    return this.#states.size > 0 ? this.#append(texts) : this.#read(texts);
  }

  /** Whole pieces only: padding is for the front of a text. Rows that a piece is not for are put back to where they were. */
  async #append(texts: readonly (readonly number[])[]): Promise<StepResults> {
    this.#checkRows("texts", texts.length);
    checkPrompt(texts.flat(), this.#vocab);
    const { extend } = this.model.generation.programs;
    const lengths = followingLengths(this.#chunkSize).filter(
      (time) => time === 1 || this.model.has({ kind: extend, batch: this.batch, time }),
    );
    const read = texts.map(() => 0);
    let results: StepResults | undefined;
    try {
      for (const { time, rows } of planPieces(
        texts.map((text) => text.length),
        lengths,
      )) {
        this.#checkAwaited("append");
        const decode = decodingProgram(this.model.generation, this.batch);
        const key = time === 1 ? decode : { kind: extend, batch: this.batch, time };
        const piece = this.#piece(texts, { rows, read, time });
        using uploaded = await this.#upload(piece.tokens, time);
        results = await this.#runRows(key, uploaded, piece.positions, rows, results);
        for (const row of rows) {
          read[row]! += time;
          this.#positions[row]! += time;
        }
      }
      return results!;
    } catch (error) {
      if (results !== undefined) {
        closeAll([results.logits, results.next]);
        // Part of a text is nothing to go on from.
        this.#dropStates();
      }
      throw error;
    }
  }

  /** Tokens and positions [batch, time] of what comes next in some rows; the others are padding. */
  #piece(
    texts: readonly (readonly number[])[],
    {
      rows,
      read,
      time,
    }: { readonly rows: readonly number[]; readonly read: readonly number[]; readonly time: number },
  ) {
    const tokens = new Int32Array(this.batch * time).fill(this.model.generation.padId);
    const positions = new Int32Array(this.batch * time).fill(PADDING);
    for (const row of rows) {
      tokens.set(texts[row]!.slice(read[row]!, read[row]! + time), row * time);
      for (let t = 0; t < time; t++) positions[row * time + t] = this.#positions[row]! + t;
    }
    return { tokens, positions };
  }

  /** Runs a program for some rows. The others keep their states, and the results that they had before. */
  async #runRows(
    key: ProgramKey,
    tokens: DeviceBuffer,
    positions: Int32Array<ArrayBuffer>,
    rows: readonly number[],
    before: StepResults | undefined,
  ): Promise<StepResults> {
    if (rows.length === this.batch) {
      const results = await this.#run(key, tokens, positions);
      if (before !== undefined) closeAll([before.logits, before.next]);
      return results;
    }
    const { tensors } = this.model;
    const axes = await rowAxesOf(this.model, this.batch);
    const old = await tensors.copy(this.#states);
    try {
      const results = await this.#run(key, tokens, positions);
      for (const row of this.#otherRows(rows))
        this.#states = await tensors.place({ tensors: this.#states, row }, { tensors: old, row }, axes);
      if (before === undefined) return results;
      using _ = results.logits;
      using __ = results.next;
      const from = new Map(Object.entries(results));
      let merged: Tensors = new Map(Object.entries(before));
      for (const row of rows)
        merged = await tensors.place({ tensors: merged, row }, { tensors: from, row }, RESULT_AXES);
      return { logits: merged.get("logits")!, next: merged.get("next")! };
    } catch (error) {
      // Some rows may have read the piece, and others not.
      this.#dropStates();
      throw error;
    } finally {
      closeAll(old.values());
    }
  }

  #otherRows(rows: readonly number[]): readonly number[] {
    return Array.from({ length: this.batch }, (_, row) => row).filter((row) => !rows.includes(row));
  }

  /** Another session that goes on from here; neither disturbs the other. Close it too. @throws UsageError before anything is read, or while busy */
  fork(): Promise<Session> {
    return this.#alone("fork", {}, async () => {
      const states = await this.#copyStates();
      return Session.resume(this.model, states, this.lengths, { chunk: this.#chunkSize });
    });
  }

  /** Remembers this place. @throws UsageError before anything is read, or while busy */
  mark(): Promise<SessionMark> {
    return this.#alone(
      "mark",
      {},
      async () => new SessionMark(this.model, await this.#copyStates(), this.lengths),
    );
  }

  /**
   * Goes back to a place, of this session or of another of the same model, as often as is wanted.
   * @throws UsageError for a mark of another model, or of another number of rows
   */
  rewind({ model, states, lengths }: SessionMark): Promise<void> {
    return this.#alone("rewind", {}, async () => {
      this.#checkOpen();
      this.#checkSameModel(model);
      this.#checkRows("rows in the mark", lengths.length);
      const copy = await this.model.tensors.copy(states);
      this.#dropStates();
      this.#states = copy;
      this.#positions = Int32Array.from(lengths);
    });
  }

  /**
   * Puts a row of another session in the place of one of this, whose text ends: the others go on undisturbed. `from` stays as it is.
   * @throws UsageError for a session of another model, rows that are not there, before either has read anything, or while either is busy
   */
  replaceRow(row: number, from: Session, fromRow = 0): Promise<void> {
    return this.#alone("replaceRow", {}, async () => {
      this.#checkHasRead();
      from.#checkIdle();
      from.#checkHasRead();
      this.#checkSameModel(from.model);
      this.#checkRow(row);
      from.#checkRow(fromRow);
      const axes = await rowAxesOf(this.model, this.batch);
      this.#states = await this.model.tensors.place(
        { tensors: this.#states, row },
        { tensors: from.#states, row: fromRow },
        axes,
      );
      this.#positions[row] = from.#positions[fromRow]!;
    });
  }

  async #copyStates(): Promise<Tensors> {
    this.#checkOpen();
    this.#checkHasRead();
    return this.model.tensors.copy(this.#states);
  }

  #checkSameModel(model: ProgramSet): void {
    if (model === this.model) return;
    throw new UsageError({
      message: "the states are of another model",
      expected: "a session or a mark of the model that this session runs on",
      hint: "read the text with this model",
    });
  }

  #checkRow(row: number): void {
    if (Number.isInteger(row) && row >= 0 && row < this.batch) return;
    throw new UsageError({
      message: "the session has no such row",
      expected: `a whole number from 0 to ${this.batch - 1}`,
      got: String(row),
    });
  }

  async #read(prompts: readonly (readonly number[])[]): Promise<StepResults> {
    this.#checkRows("prompts", prompts.length);
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
  async #alone<T>(
    what: string,
    wait: WaitOptions,
    step: () => Promise<T>,
    release?: (late: T) => void,
  ): Promise<T> {
    this.#checkIdle();
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
        release,
        "the session reads prompts anew when the device is done",
      );
    } catch (error) {
      this.#isGivenUp = error instanceof AbortedError;
      if (this.#isGivenUp && !this.#running) this.#dropStates();
      throw error;
    }
  }

  #checkIdle(): void {
    if (!this.#running) return;
    throw new UsageError({
      message: "the session is busy with another call",
      hint: "await each prefill and decode before the next, or make a session for each",
    });
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

/** Rows of a step's results. */
const RESULT_AXES = new Map([
  ["logits", 0],
  ["next", 0],
]);

/** Rows of `width` f32 from bytes. */
function rows(bytes: Uint8Array, width: number): Float32Array[] {
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
}
