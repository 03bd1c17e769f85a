/**
 * @file A batch of sequences being read and continued: prompts of any length in chunks, then token by token, or more text after it. What
 * was read can be kept: forked, marked and gone back to, moved between batches, stored (session-file.ts).
 */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { expectGiven, hasMethods, shown } from "../support/given.js";
import { type WaitOptions, WAIT_OPTIONS } from "../support/wait.js";
import { checkPrompt, checkTexts } from "../tokens/index.js";
import { BatchStates } from "./batch-states.js";
import { closeAll } from "./close-all.js";
import type { DrawnSteps } from "./device-sampler.js";
import type { Tensors } from "./device-tensors.js";
import { decodingProgram } from "./generation-programs.js";
import type { LoopCall, LoopRun } from "./loop-call.js";
import { expectCount, expectInstance, expectLoop, expectModel, expectTensors } from "./given.js";
import { OneCall } from "./one-call.js";
import type { ProgramSet } from "./program-set.js";
import { readFollowing, readPrompts } from "./reading.js";
import { SessionMark } from "./session-mark.js";
import { closeResults, rowsOf, type StepResults } from "./step-results.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** How a session reads its prompts. */
export interface SessionOptions {
  /** Longest chunk of a prompt in tokens; default: the model's. Shorter prompts take a shorter static length. */
  readonly chunk?: number | undefined;
  /**
   * Tokens of a text that caches which grow have room for from the start, so that they are not copied before; rounded up, and no more than the
   * model holds. Default: those that are read first.
   */
  readonly tokens?: number | undefined;
}

export const SESSION_OPTIONS: OptionNames<SessionOptions> = {
  chunk: true,
  tokens: true,
};

/** Positions are i32. */
const LAST_POSITION = 2 ** 31 - 1;

/** -1 of a row that was retired. */
const isLengths = (lengths: readonly number[]): boolean =>
  Array.isArray(lengths) &&
  !Array.from(lengths).some(
    (length) => !Number.isSafeInteger(length) || length < -1 || length > LAST_POSITION,
  );

/** Calls that leave the session at its place; a fork or a mark that comes too late is closed. */
const STAYING = { stays: true, release: (late: Disposable) => late[Symbol.dispose]() } as const;

/**
 * The state of a batch. Its size does not grow with the number of tokens, but for caches that keep every token (`ProgramSet.forTokens`): they
 * begin with room for what is read first, and are copied into larger ones when texts outgrow them, until they hold all that the model does.
 * @throws UsageError for a batch, chunk or tokens of none
 */
export class Session implements Disposable {
  readonly #states: BatchStates;
  readonly #calls: OneCall;
  readonly #vocab: number;
  readonly #chunk: number;
  readonly #tokens: number;

  constructor(
    readonly model: ProgramSet,
    readonly batch: number,
    options: SessionOptions = {},
  ) {
    checkOptions("new Session", options, SESSION_OPTIONS);
    expectModel("new Session", model);
    expectCount("the batch", batch);
    this.#chunk = options.chunk ?? model.chunk;
    expectCount("the chunk", this.#chunk);
    this.#tokens = options.tokens ?? 1;
    expectCount("the tokens that there is to be room for", this.#tokens);
    this.#states = new BatchStates(model, batch, this.#tokens);
    // One that is given up has no states afterwards.
    this.#calls = new OneCall(() => this.#states.drop());
    this.#vocab = model.generation.vocabSize;
  }

  /**
   * A session that goes on from states that were read elsewhere, which are its own from now on.
   * @param lengths tokens that each row has read
   * @param programs the model in the size that the states have
   * @throws UsageError for what is no map of buffers, and for lengths that no row can have: the states stay the caller's
   */
  static resume(
    model: ProgramSet,
    states: Tensors,
    lengths: readonly number[],
    options: SessionOptions = {},
    programs: ProgramSet = model,
  ): Session {
    checkOptions("Session.resume", options, SESSION_OPTIONS);
    expectTensors("Session.resume", "states", states);
    expectGiven(isLengths(lengths), lengths, {
      by: "Session.resume",
      what: "lengths",
      expected: "tokens that each row has read, whole numbers",
    });
    const session = new Session(model, lengths.length, options);
    session.#states.replace(states, lengths, programs);
    return session;
  }

  /** Tokens that each row has read; -1 of one that was retired. */
  get lengths(): readonly number[] {
    return this.#states.lengths;
  }

  /**
   * Reads the prompts, which may differ in length, and returns the logits of each one's next token: [vocab] f32 per row.
   * Shorter prompts are padded in front. Call it first; what follows is for `append`.
   * @throws UsageError for an empty prompt, tokens outside of the vocabulary, another number of prompts than the batch; AbortedError when
   * the caller gives up: once what is on its way to the device has come, and is freed, the session reads prompts anew
   */
  prefill(prompts: readonly (readonly number[])[], wait: WaitOptions = {}): Promise<Float32Array[]> {
    checkOptions("Session.prefill", wait, WAIT_OPTIONS);
    const step = async () => {
      if (!this.#states.hasRead) return this.#toHost(await this.#read(prompts));
      throw new UsageError({
        message: "the session has read its prompts",
        hint: "append to them, or make another session",
      });
    };
    return this.#calls.run("prefill", wait, step);
  }

  /**
   * Feeds one token per row and returns the logits of the next.
   * @throws UsageError as `prefill`, or before it; AbortedError when the caller gives up: the session has lost its place then, as for `prefill`
   */
  decode(tokens: readonly number[], wait: WaitOptions = {}): Promise<Float32Array[]> {
    checkOptions("Session.decode", wait, WAIT_OPTIONS);
    const step = async () => {
      checkTexts("decode", tokens, "tokens");
      this.#states.checkRows("tokens", tokens.length);
      this.#states.checkHasRead();
      checkPrompt(tokens, this.#vocab);
      using uploaded = await this.#states.upload(Int32Array.from(tokens), 1);
      return await this.#toHost(await this.#advance(uploaded));
    };
    return this.#calls.run("decode", wait, step);
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
    checkOptions("Session.append", wait, WAIT_OPTIONS);
    const step = async () => {
      const logits = await this.#toHost(await this.#read(texts));
      return logits.map((row, i) => (texts[i]!.length === 0 ? undefined : row));
    };
    return this.#calls.run("append", wait, step);
  }

  /** As `prefill` for a session that has read nothing, and `append` for others; the results stay on the device. */
  read(texts: readonly (readonly number[])[], wait: WaitOptions = {}): Promise<StepResults> {
    checkOptions("Session.read", wait, WAIT_OPTIONS);
    const what = this.#states.hasRead ? "append" : "prefill";
    return this.#calls.run(what, wait, () => this.#read(texts), { release: closeResults });
  }

  #read(texts: readonly (readonly number[])[]): Promise<StepResults> {
    const [what, reading] = this.#states.hasRead
      ? (["append", readFollowing] as const)
      : (["prefill", readPrompts] as const);
    const checkAwaited = () => this.#calls.checkAwaited(what);
    return reading(this.#states, texts, { chunk: this.#chunk, checkAwaited });
  }

  /**
   * As `decode`, with tokens that are on the device, [batch, 1] i32, such as `next` of the step before, and results that stay there.
   * Only enqueues, once its program is there: several steps may be on their way.
   * @throws AbortedError when the caller gives up: the session has lost its place then, as for `prefill`
   */
  advance(tokens: DeviceBuffer, wait: WaitOptions = {}): Promise<StepResults> {
    checkOptions("Session.advance", wait, WAIT_OPTIONS);
    expectGiven(hasMethods(tokens, "toHost"), tokens, {
      by: "Session.advance",
      what: "tokens",
      expected: "a buffer on the device, such as `next` of the step before",
      hint: "decode takes tokens as numbers",
    });
    return this.#calls.run("decode", wait, () => this.#advance(tokens), { release: closeResults });
  }

  #advance(tokens: DeviceBuffer): Promise<StepResults> {
    return this.#states.advance(decodingProgram(this.model.generation, this.batch), tokens);
  }

  /**
   * As several calls of `advance`, by one call of a program that draws between them, [batch, steps], and no more than `limits` of
   * each row, after which it has ended. One that meets a token that ends it makes no more, and `lengths` counts all that it might have had.
   * @param draw gives the program what it draws with
   * @throws UsageError beyond what the states hold, and for what is no loop, buffer, list of limits or function; AbortedError as `advance`
   */
  advanceBy(
    loop: LoopCall,
    from: { readonly tokens: DeviceBuffer; readonly limits: readonly number[] },
    draw: (run: LoopRun) => Promise<DrawnSteps>,
    wait: WaitOptions = {},
  ): Promise<DrawnSteps> {
    checkOptions("Session.advanceBy", wait, WAIT_OPTIONS);
    expectLoop(loop, from, draw, this.batch);
    const { tokens, limits } = from;
    const run: LoopRun = (drawing) => this.#states.advanceBy(loop, tokens, limits, drawing);
    return this.#calls.run("decode", wait, () => draw(run), {
      release: ({ next, tokens: late }) => closeAll([next, ...(late === undefined ? [] : [late])]),
    });
  }

  async #toHost({ logits, next }: StepResults): Promise<Float32Array[]> {
    using _ = logits;
    next.close();
    try {
      return rowsOf(await logits.toHost(), this.#vocab);
    } catch (error) {
      // The step is done, but its caller does not know: the same call again would feed its tokens twice.
      this.#states.drop();
      throw error;
    }
  }

  /**
   * Another session that goes on from here; neither disturbs the other. Close it too.
   * @throws UsageError before anything is read, or while busy; AbortedError when the caller gives up, and the session stays where it is
   */
  fork(wait: WaitOptions = {}): Promise<Session> {
    checkOptions("Session.fork", wait, WAIT_OPTIONS);
    const fork = async () => {
      const states = await this.#states.copy();
      const { programs } = this.#states;
      const options = { chunk: this.#chunk, tokens: this.#tokens };
      return Session.resume(this.model, states, this.lengths, options, programs);
    };
    return this.#calls.run("fork", wait, fork, STAYING);
  }

  /** Remembers this place. @throws UsageError, AbortedError as `fork` */
  mark(wait: WaitOptions = {}): Promise<SessionMark> {
    checkOptions("Session.mark", wait, WAIT_OPTIONS);
    const mark = async () => {
      const states = await this.#states.copy();
      return new SessionMark(this.model, states, this.lengths, this.#states.programs);
    };
    return this.#calls.run("mark", wait, mark, STAYING);
  }

  /**
   * Goes back to a place, of this session or of another of the same model, as often as is wanted.
   * @throws UsageError for a mark of another model, or of another number of rows; AbortedError when the caller gives up, and the session
   * stays where it is
   */
  rewind(mark: SessionMark, wait: WaitOptions = {}): Promise<void> {
    checkOptions("Session.rewind", wait, WAIT_OPTIONS);
    if (!(mark instanceof SessionMark))
      throw new UsageError({
        message: "Session.rewind goes back to a mark, and was given none",
        expected: "what Session.mark gives",
        got: shown(mark),
        hint: "mark a place first: const mark = await session.mark()",
      });
    const { model, states, lengths, programs } = mark;
    const rewind = async () => {
      this.#states.checkOpen();
      this.#checkSameModel(model);
      this.#states.checkRows("rows in the mark", lengths.length);
      const copies = await this.model.tensors.copy(states);
      try {
        this.#calls.checkAwaited("rewind");
      } catch (error) {
        closeAll(copies.values());
        throw error;
      }
      this.#states.replace(copies, lengths, programs);
    };
    return this.#calls.run("rewind", wait, rewind, { stays: true });
  }

  /**
   * Puts a row of another session in the place of one of this, whose text ends: the others go on undisturbed. `from` stays as it is.
   * @throws UsageError for a session of another model, rows that are not there, before either has read anything, or while either is busy;
   * AbortedError when the caller gives up: this session has lost its place then, as for `prefill`
   */
  replaceRow(row: number, from: Session, fromRow = 0, wait: WaitOptions = {}): Promise<void> {
    checkOptions("Session.replaceRow", wait, WAIT_OPTIONS);
    expectInstance("Session.replaceRow", "session", from, [Session, "whose row is taken"]);
    const replace = async () => {
      this.#states.checkHasRead();
      from.#states.checkHasRead();
      this.#checkSameModel(from.model);
      this.#states.checkRow(row);
      from.#states.checkRow(fromRow);
      await this.#states.placeRow(row, from.#states, fromRow);
    };
    // Neither may go on meanwhile: the row's states and its length are of one moment.
    return this.#calls.run("replaceRow", wait, () => from.#calls.run("replaceRow", {}, replace));
  }

  /**
   * Ends a row whose text is over, and which no other takes: it takes none of what the states hold, and its results mean nothing, until
   * `replaceRow` gives it another. @throws UsageError for a row that is not there, before anything is read, or while busy
   */
  retire(row: number): void {
    this.#calls.checkIdle();
    this.#states.checkHasRead();
    this.#states.checkRow(row);
    this.#states.retire(row);
  }

  #checkSameModel(model: ProgramSet): void {
    if (model === this.model) return;
    throw new UsageError({
      message: "the states are of another model",
      expected: "a session or a mark of the model that this session runs on",
      hint: "read the text with this model",
    });
  }

  /** Frees the state; of a call that is on its way, when it comes. */
  close(): void {
    this.#states.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
