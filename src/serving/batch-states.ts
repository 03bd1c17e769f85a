/** @file The states of a batch on the device, and where each of its texts stands. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { checkCapacity } from "./capacity.js";
import { closeAll } from "./close-all.js";
import type { Tensors } from "./device-tensors.js";
import type { Drawing, LoopCall, LoopRun } from "./loop-call.js";
import { LOOP_OUTPUTS } from "./loop-key.js";
import type { ProgramKey, ProgramSet } from "./program-set.js";
import { rowAxesOf, statesOf } from "./states.js";
import { closeResults, mergeResults, type StepResults } from "./step-results.js";

/** Position of padding in front of a prompt, and of rows that have no text. */
export const PADDING = -1;

/** Tokens that the caches of programs have room for. */
const roomOf = ({ generation }: ProgramSet): number => generation.capacity ?? Infinity;

/**
 * What a session's calls work on, one after the other. Caches that grow begin as small as their texts allow, and become larger when texts do,
 * where the model may be had in several sizes. Close it.
 */
export class BatchStates implements Disposable {
  #tensors: Tensors = new Map();
  /** Whose states they are: the model in one of its sizes. */
  #programs: ProgramSet;
  /** Position of each row's next token; another array each time, as one may be on its way to the device. */
  #positions: Int32Array<ArrayBuffer>;
  /**
   * The same [batch, 1] i32, as the last loop left them, with -1 for rows that ended there, which the host does not know yet; undefined
   * where it has said another thing since.
   */
  #placed: DeviceBuffer | undefined;
  #closed = false;

  constructor(
    /** What it holds at most is what a text may have. */
    readonly model: ProgramSet,
    readonly batch: number,
    /** Tokens that there is room for from the start. */
    private readonly least: number,
  ) {
    this.#programs = model;
    this.#positions = new Int32Array(batch);
  }

  /** Whether there are any. */
  get hasRead(): boolean {
    return this.#tensors.size > 0;
  }

  /** The model in the size that the states have. */
  get programs(): ProgramSet {
    return this.#programs;
  }

  /** Tokens that each row has read; -1 of one that has no text. */
  get lengths(): readonly number[] {
    return [...this.#positions];
  }

  /** Says where each text stands. */
  set lengths(lengths: readonly number[]) {
    this.#place(Int32Array.from(lengths));
  }

  /** Says where each row's next token stands; on the device too, if it is there. */
  #place(positions: Int32Array<ArrayBuffer>, placed?: DeviceBuffer): void {
    this.#positions = positions;
    this.#placed?.close();
    this.#placed = placed;
  }

  /** Goes on from other states of such programs, which are its own from now on. @throws UsageError when it is closed: they are freed then */
  replace(tensors: Tensors, lengths: readonly number[], programs: ProgramSet): void {
    this.#exchange(tensors, programs);
    this.lengths = lengths;
  }

  #exchange(tensors: Tensors, programs: ProgramSet): void {
    const before = this.#tensors;
    this.#keep(tensors);
    closeAll(before.values());
    this.#programs = programs;
  }

  /** Sees to room for texts of so many tokens: where there is too little, the states are copied into larger ones. */
  async reserve(tokens: number): Promise<void> {
    if (this.hasRead && roomOf(this.#programs) >= tokens) return;
    await this.#growInto(this.model.forTokens?.(Math.max(tokens, this.least)) ?? this.model);
  }

  /** Goes on with programs that have more room. What is held stays where it is, and zeros follow it. */
  async #growInto(programs: ProgramSet): Promise<void> {
    if (!this.hasRead) this.#programs = programs;
    if (roomOf(programs) <= roomOf(this.#programs)) return;
    const types = new Map((await statesOf(programs, this.batch)).map((state) => [state.name, state]));
    this.#exchange(await this.model.tensors.grow(this.#tensors, types), programs);
  }

  /** Takes what a program made of the states. */
  #keep(tensors: Tensors): void {
    if (this.#closed) closeAll(tensors.values());
    this.checkOpen();
    this.#tensors = tensors;
  }

  /** In memory of their own, the caller's. @throws UsageError before anything is read */
  copy(): Promise<Tensors> {
    this.checkOpen();
    this.checkHasRead();
    return this.model.tensors.copy(this.#tensors);
  }

  /** Puts a row of others of the same model, and where its text stands, in the place of one of these. */
  async placeRow(row: number, from: BatchStates, fromRow: number): Promise<void> {
    await this.#growInto(from.#programs);
    await from.#growInto(this.#programs);
    const axes = await rowAxesOf(this.#programs, this.batch);
    const into = { tensors: this.#tensors, row };
    this.#keep(await this.model.tensors.place(into, { tensors: from.#tensors, row: fromRow }, axes));
    this.#place(this.#positions.with(row, from.#positions[fromRow]!));
  }

  /** A row that has no text any more: it reads padding, until another takes its place. */
  retire(row: number): void {
    if (this.#positions[row] !== PADDING) this.#place(this.#positions.with(row, PADDING));
  }

  /** Feeds one token per row, [batch, 1] i32, to the program that decodes. @throws UsageError beyond what the model holds */
  async advance(key: ProgramKey, tokens: DeviceBuffer): Promise<StepResults> {
    this.checkOpen();
    this.checkHasRead();
    const more = this.#positions.map((position) => (position === PADDING ? 0 : 1));
    await this.makeRoom([...more]);
    const results = await this.run(key, tokens, this.#positions);
    // Only now: a step that failed may be tried again, at the same place.
    this.#place(this.#positions.map((position, row) => position + more[row]!));
    return results;
  }

  /**
   * Feeds a token per row, [batch, 1] i32, to a program that makes several from it, and no more than `limits` of each row. What is held of a row
   * that ends there is not known; the others have read a token each step.
   * @throws UsageError beyond what the model holds
   */
  async advanceBy(
    loop: LoopCall,
    tokens: DeviceBuffer,
    limits: readonly number[],
    drawing: Drawing,
  ): ReturnType<LoopRun> {
    this.checkOpen();
    this.checkHasRead();
    const more = limits.map((limit) => Math.min(limit, loop.steps));
    this.#checkRoom(more);
    await this.#growInto(loop.model);
    const { inputs: names } = this.model.generation;
    const known = this.#placed;
    using uploaded = known === undefined ? await this.upload(this.#positions, 1) : undefined;
    using most = await this.model.client.toDevice({
      elementType: "i32",
      dimensions: [this.batch],
      data: Int32Array.from(limits),
    });
    const own = this.#tensors;
    const inputs = new Map([
      [names.tokens, tokens],
      [names.positions, known ?? uploaded!],
      ...loop.inputs(most),
      ...drawing.inputs,
    ]);
    const states = new Map([...own, ...drawing.states]);
    const results = await this.#programs.runLoaded(loop.program, inputs, states);
    const outputs = new Map(results.outputs);
    const placed = outputs.get(LOOP_OUTPUTS.positions)!;
    outputs.delete(LOOP_OUTPUTS.positions);
    const [after, drawn] = [true, false].map(
      (isOwn) => new Map([...results.states].filter(([name]) => own.has(name) === isOwn)),
    );
    if (this.#closed) closeAll([placed, ...outputs.values(), ...drawn!.values()]);
    this.#keep(after!);
    this.#place(
      this.#positions.map((position, row) => position + more[row]!),
      placed,
    );
    return { outputs, states: drawn! };
  }

  /** Runs a program that takes the states and gives new ones. Lengths are the caller's to change. */
  async run(key: ProgramKey, tokens: DeviceBuffer, positions: Int32Array<ArrayBuffer>): Promise<StepResults> {
    this.checkOpen();
    const { inputs, outputs: names } = this.model.generation;
    using uploaded = await this.upload(positions, key.time);
    const given = new Map([
      [inputs.tokens, tokens],
      [inputs.positions, uploaded],
    ]);
    const { outputs, states } = await this.#programs.run(key, given, this.#tensors);
    if (this.#closed) closeAll(outputs.values());
    this.#keep(states);
    return { logits: outputs.get(names.logits)!, next: outputs.get(names.best)! };
  }

  /**
   * Runs a program for some rows. The others keep their states, and the results that they had before, which are used up unless it fails
   * before it runs; when it fails later there are no states left.
   */
  async runRows(
    key: ProgramKey,
    tokens: DeviceBuffer,
    positions: Int32Array<ArrayBuffer>,
    rows: readonly number[],
    before: StepResults | undefined,
  ): Promise<StepResults> {
    if (rows.length === this.batch) {
      const results = await this.run(key, tokens, positions);
      if (before !== undefined) closeResults(before);
      return results;
    }
    const { tensors } = this.model;
    const axes = await rowAxesOf(this.#programs, this.batch);
    const old = await tensors.copy(this.#tensors);
    let results: StepResults | undefined;
    try {
      results = await this.run(key, tokens, positions);
      for (const row of this.#otherRows(rows))
        this.#keep(await tensors.place({ tensors: this.#tensors, row }, { tensors: old, row }, axes));
      return before === undefined ? results : await mergeResults(tensors, before, results, rows);
    } catch (error) {
      // Some rows may have read the piece, and others not.
      if (results !== undefined) closeResults(results);
      this.drop();
      throw error;
    } finally {
      closeAll(old.values());
    }
  }

  #otherRows(rows: readonly number[]): readonly number[] {
    return Array.from({ length: this.batch }, (_, row) => row).filter((row) => !rows.includes(row));
  }

  /** Tokens or positions [batch, time]. */
  upload(data: Int32Array<ArrayBuffer>, time: number): Promise<DeviceBuffer> {
    return this.model.client.toDevice({ elementType: "i32", dimensions: [this.batch, time], data });
  }

  /** @throws UsageError */
  checkOpen(): void {
    if (this.#closed)
      throw new UsageError({ message: "the session is closed", hint: "make another session" });
  }

  /** @throws UsageError */
  checkHasRead(): void {
    if (this.hasRead) return;
    throw new UsageError({ message: "nothing to go on from", hint: "call prefill first" });
  }

  /** Sees to room for so many tokens more in each row. @throws UsageError beyond what the model holds, and for a row that has no text */
  async makeRoom(more: readonly number[]): Promise<void> {
    await this.reserve(Math.max(...this.#checkRoom(more)));
  }

  /** Tokens that each row has then. */
  #checkRoom(more: readonly number[]): readonly number[] {
    const row = this.lengths.findIndex((length, at) => length === PADDING && more[at]! > 0);
    if (row >= 0) {
      throw new UsageError({
        message: `row ${row} has no text any more`,
        got: `${more[row]} tokens that follow it`,
        hint: "put a row of another session in its place (replaceRow)",
      });
    }
    const lengths = this.lengths.map((length, at) => length + more[at]!);
    checkCapacity(this.model.generation, lengths);
    return lengths;
  }

  /** One of `what` a row. @throws UsageError */
  checkRows(what: string, count: number): void {
    if (count === this.batch) return;
    throw new UsageError({
      message: `the session has another number of ${what}`,
      expected: `${this.batch}, one a row of the batch`,
      got: String(count),
    });
  }

  /** @throws UsageError for a row that is not there */
  checkRow(row: number): void {
    if (Number.isInteger(row) && row >= 0 && row < this.batch) return;
    throw new UsageError({
      message: "the session has no such row",
      expected: `a whole number from 0 to ${this.batch - 1}`,
      got: String(row),
    });
  }

  /** Frees the states: prompts are read anew. */
  drop(): void {
    closeAll(this.#tensors.values());
    this.#tensors = new Map();
    this.#placed?.close();
    this.#placed = undefined;
  }

  /** Frees the states; of a call that is on its way, when it comes. */
  close(): void {
    this.#closed = true;
    this.drop();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
