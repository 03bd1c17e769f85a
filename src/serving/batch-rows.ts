/** @file The rows of a batch that continues texts: where one ends, the next one takes its row. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import type { Chooser, ChosenRow } from "./chooser.js";
import type { DrawnSteps } from "./device-sampler.js";
import type { LoopCall } from "./loop-call.js";
import type { ProgramSet } from "./program-set.js";
import { Session } from "./session.js";
import { closeResults, placeResults, type StepResults } from "./step-results.js";

/** A text that is continued. */
export interface RunningText extends ChosenRow {
  /** Which of the prompts it continues. */
  readonly index: number;
  /** Said by whoever looks at its tokens: no more are wanted. Nobody looks at those that are on their way by then. */
  hasEnded: boolean;
}

/** How texts are continued. */
export interface BatchOptions {
  readonly batch: number;
  /** Tokens of each text at most. */
  readonly maxNewTokens: number;
  /** Longest chunk in which prompts are read, in tokens; default: the model's. */
  readonly chunk: number | undefined;
  /** Makes several tokens of each row in one call; undefined: one by one. */
  readonly loop?: LoopCall | undefined;
}

/** A step of all rows, or several in one call, on its way. */
export interface BatchStep extends DrawnSteps {
  /** The text of each row; undefined where none is left for it. */
  readonly texts: readonly (RunningText | undefined)[];
}

/** Texts that were read side by side and wait, each in the row of its place. */
interface Group {
  readonly session: Session;
  readonly results: StepResults;
  /** Undefined where one has left for a row of the batch, or there was none. */
  readonly texts: (RunningText | undefined)[];
}

/** What a row reads that has no text: the token that stands in front of every prompt. */
const nothing = ({ generation }: ProgramSet): ChosenRow => ({
  prompt: [generation.bosId],
  seed: 0,
  format: undefined,
});

/** What the rows of a batch begin with. */
export const firstRows = (
  model: ProgramSet,
  texts: readonly RunningText[],
  batch: number,
): readonly ChosenRow[] => Array.from({ length: batch }, (_, row) => texts[row] ?? nothing(model));

/**
 * Prompts are read as many at once as the batch has rows, by its own programs; they wait, on the device, until a row is free. So a batch
 * holds the states of two at most. Close it.
 */
export class BatchRows implements Disposable {
  readonly #waiting: RunningText[];
  readonly #texts: (RunningText | undefined)[];
  /** Tokens of each row's text that were asked for. */
  readonly #asked: number[];
  #session: Session | undefined;
  #group: Group | undefined;
  /** Whose prompts are being read. */
  #reading: Session | undefined;
  #isClosed = false;

  constructor(
    readonly model: ProgramSet,
    texts: readonly RunningText[],
    private readonly options: BatchOptions,
  ) {
    this.#waiting = [...texts];
    this.#texts = Array.from({ length: options.batch }, () => undefined);
    this.#asked = this.#texts.map(() => 0);
  }

  /**
   * Enqueues a step of all rows, or several in one call, unless a row waits for a text: undefined when all texts have ended or were asked for
   * all their tokens.
   * @param chooser opened for the first rows
   * @param before the tokens of the step before, [batch, 1] i32
   * @throws UsageError as `Session.read`, and for a model with states that rows share, where a row is to have another text
   */
  async step(chooser: Chooser, before: DeviceBuffer | undefined): Promise<BatchStep | undefined> {
    for (const [row, text] of this.#texts.entries())
      if (text?.hasEnded === true || this.#asked[row] === this.options.maxNewTokens)
        this.#texts[row] = undefined;
    const isEmpty = this.#texts.every((text) => text === undefined);
    if (isEmpty && this.#waiting.length === 0 && this.#group === undefined) return undefined;
    const isContinued = !isEmpty && before !== undefined;
    if (isContinued && !this.#mayFill()) {
      const { loop } = this.options;
      if (loop !== undefined && chooser.chooseMany !== undefined)
        return this.#goOnBy(loop, before, chooser.chooseMany);
    }
    let results = isContinued ? await this.#goOn(before) : await this.#beginTogether(chooser);
    for (const [row, text] of this.#texts.entries())
      if (text === undefined) results = await this.#fill(chooser, row, results);
    for (const row of this.#texts.keys()) this.#asked[row]! += 1;
    const drawn = await chooser.choose(results);
    return { ...drawn, texts: [...this.#texts] };
  }

  /** Whether a row is free, and a text waits for one: its first token is drawn from what its prompt gave. */
  #mayFill(): boolean {
    return this.#texts.includes(undefined) && (this.#waiting.length > 0 || this.#group !== undefined);
  }

  /** A row that has no text reads padding: one more of its tokens might be beyond what the states hold. */
  #retireFree(): Session {
    const session = this.#session!;
    for (const [row, text] of this.#texts.entries()) if (text === undefined) session.retire(row);
    return session;
  }

  #goOn(before: DeviceBuffer): Promise<StepResults> {
    return this.#retireFree().advance(before);
  }

  /** Several steps in one call; a text has no more of them than it may have tokens. */
  async #goOnBy(
    loop: LoopCall,
    before: DeviceBuffer,
    chooseMany: NonNullable<Chooser["chooseMany"]>,
  ): Promise<BatchStep> {
    const { maxNewTokens } = this.options;
    const limits = this.#texts.map((text, row) =>
      text === undefined ? 0 : maxNewTokens - this.#asked[row]!,
    );
    const session = this.#retireFree();
    const drawn = await session.advanceBy(loop, { tokens: before, limits }, (run) =>
      chooseMany(loop.steps, run),
    );
    for (const [row, limit] of limits.entries()) this.#asked[row]! += Math.min(limit, loop.steps);
    return { ...drawn, texts: [...this.#texts] };
  }

  /** No row has a text: those that wait together go on where they are. */
  async #beginTogether(chooser: Chooser): Promise<StepResults> {
    const { session, results, texts } = this.#group ?? (await this.#readTogether());
    this.#group = undefined;
    const isFirst = this.#session === undefined;
    this.#session?.close();
    this.#session = session;
    for (const [row, text] of texts.entries()) this.#assign(row, text);
    if (isFirst) return results;
    try {
      for (const [row, text] of texts.entries()) if (text !== undefined) await chooser.begin(row, text);
      return results;
    } catch (error) {
      closeResults(results);
      throw error;
    }
  }

  /** Puts a text that waits in a row, if there is one; the results are used up. */
  async #fill(chooser: Chooser, row: number, results: StepResults): Promise<StepResults> {
    const session = this.#session!;
    let current = results;
    try {
      this.#group ??= this.#waiting.length === 0 ? undefined : await this.#readTogether();
      const group = this.#group;
      if (group === undefined) return current;
      const from = group.texts.findIndex((text) => text !== undefined);
      const text = group.texts[from]!;
      group.texts[from] = undefined;
      await session.replaceRow(row, group.session, from);
      current = await placeResults(
        this.model.tensors,
        { results, row },
        { results: group.results, row: from },
      );
      this.#assign(row, text);
      await chooser.begin(row, text);
      if (group.texts.every((each) => each === undefined)) this.#dropGroup();
      return current;
    } catch (error) {
      closeResults(current);
      throw error;
    }
  }

  #assign(row: number, text: RunningText | undefined): void {
    this.#texts[row] = text;
    this.#asked[row] = 0;
  }

  async #readTogether(): Promise<Group> {
    const { batch, chunk } = this.options;
    const texts = this.#waiting.splice(0, batch);
    this.#reading = new Session(this.model, batch, { chunk });
    const session = this.#reading;
    if (this.#isClosed) session.close();
    const prompts = firstRows(this.model, texts, batch).map(({ prompt }) => prompt);
    const results = await session.read(prompts);
    this.#reading = undefined;
    return { session, results, texts };
  }

  #dropGroup(): void {
    if (this.#group === undefined) return;
    closeResults(this.#group.results);
    this.#group.session.close();
    this.#group = undefined;
  }

  /** Frees states and results; of a call that is on its way, when it comes. */
  close(): void {
    this.#isClosed = true;
    this.#reading?.close();
    this.#session?.close();
    this.#dropGroup();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
