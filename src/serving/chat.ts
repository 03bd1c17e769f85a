/** @file A dialogue with a model: each turn reads what is new of it, and answers as it is made. */
import { z } from "zod";
import { UsageError } from "../support/errors.js";
import { expectGiven, hasMethods } from "../support/given.js";
import { type WaitOptions, waitLeft, WAIT_OPTIONS } from "../support/wait.js";
import {
  beginFormat,
  type ChatTemplate,
  createContinuation,
  encodeDialogue,
  encodeTyped,
  type Finished,
  type Format,
  notFinite,
  type SamplingOptions,
  samplingSettings,
  checkStops,
  StreamingDecoder,
  type Tokenizer,
  type Turn,
} from "../tokens/index.js";
import { expectCount, expectModel, expectText } from "./given.js";
import { openChooser } from "./chooser.js";
import type { ProgramSet } from "./program-set.js";
import { restoreSession, saveSession, SessionFileError } from "./session-file.js";
import { Session } from "./session.js";
import type { SessionMark } from "./session-mark.js";
import { closeResults, type StepResults } from "./step-results.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { SAMPLING_OPTIONS } from "../tokens/sampling-options.js";

/** How a dialogue is led. */
export interface ChatOptions extends SamplingOptions {
  /** What stands before all turns. Refused where the template has no place for it. */
  readonly system?: string | undefined;
  /** Tokens of an answer at most; default 1024. */
  readonly maxNewTokens?: number | undefined;
  /** Texts that end an answer, and are no part of it. */
  readonly stop?: readonly string[] | undefined;
  /** Longest piece in which turns are read, in tokens; default: the model's. */
  readonly chunk?: number | undefined;
}

export const CHAT_OPTIONS: OptionNames<ChatOptions> = {
  ...SAMPLING_OPTIONS,
  system: true,
  maxNewTokens: true,
  stop: true,
  chunk: true,
};

/** A part of an answer. */
export interface ChatPart {
  readonly text: string;
  readonly token: number;
  /** Why the answer ends with it, if it does. */
  readonly finished: Finished | undefined;
  /** With the last part, where a format was asked for: whether the whole answer is of it. */
  readonly complete?: boolean;
}

/** How one answer is made, and for how long it is waited for. */
export interface AnswerOptions extends WaitOptions {
  /** What it is to be; one that `maxNewTokens` cuts off is not `complete`. */
  readonly format?: Format | undefined;
}

export const ANSWER_OPTIONS: OptionNames<AnswerOptions> = {
  ...WAIT_OPTIONS,
  format: true,
};

/** What a chat needs to know of words. */
export interface ChatWords {
  readonly template: ChatTemplate;
  readonly tokenizer: Tokenizer;
}

const isWords = (words: Partial<ChatWords> | null): boolean =>
  typeof words === "object" &&
  hasMethods(words?.template, "render") &&
  hasMethods(words?.tokenizer, "encode", "decode");

const DEFAULT_ANSWER_TOKENS = 1024;

const turnsSchema = z.array(
  z.strictObject({ role: z.string(), content: z.string(), ids: z.array(z.int()).optional() }),
);
const notesSchema = z.strictObject({
  turns: turnsSchema,
  read: z.array(z.int()),
  /** Which random numbers the next answer draws with; files of before it was stored began again. */
  answers: z.int().nonnegative().default(0),
});

/**
 * One dialogue. Its session holds what was read, so a turn costs what is new in it. Close it.
 *
 *     using chat = await model.chat();
 *     for await (const { text } of chat.say("Why is the sky blue?")) process.stdout.write(text);
 */
export class Chat implements Disposable {
  #turns: readonly Turn[];
  #session: Session | undefined;
  /** Tokens that the session has read. */
  #read: number[] = [];
  /** Where the last answer began. */
  #before: { readonly mark: SessionMark; readonly read: readonly number[] } | undefined;
  /** How many were begun: each draws with other random numbers, answer n with seed + n. */
  #answers = 0;
  /** What is under way: nothing else may begin before it ends. */
  #underWay:
    | "an answer is being made"
    | "the dialogue is being saved"
    | "a dialogue is being loaded"
    | undefined;

  /** @throws UsageError for a system's text that the template has no place for, and for what is no model, no words or no such options */
  constructor(
    private readonly model: ProgramSet,
    private readonly words: ChatWords,
    private readonly options: ChatOptions = {},
  ) {
    checkOptions("new Chat", options, CHAT_OPTIONS);
    expectModel("new Chat", model);
    expectGiven(isWords(words), words, {
      by: "new Chat",
      what: "words",
      expected: "{ template, tokenizer }",
    });
    // Refused now, not at the first turn.
    const { system, maxNewTokens = DEFAULT_ANSWER_TOKENS, stop } = options;
    if (system !== undefined) expectText("new Chat", "system's text", system);
    expectCount("max new tokens", maxNewTokens);
    if (stop !== undefined) checkStops(stop);
    samplingSettings(options);
    this.#turns = this.#beginning();
    if (this.#turns.length === 0) return;
    words.template.render([...this.#turns, { role: "user", content: "?" }], { generationPrompt: true });
  }

  #beginning(): Turn[] {
    const { system } = this.options;
    return system === undefined ? [] : [{ role: "system", content: system }];
  }

  /** What was said so far. */
  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** Tokens that the model has read of it. */
  get tokens(): number {
    return this.#read.length;
  }

  /**
   * Says something, and gives the answer as it is made. An answer that is broken off, by the signal or by leaving the loop, stays as far as it came.
   * @throws UsageError for a turn that the template refuses, a format that cannot be held to, or while an answer is being made; GriffinError for logits that are not finite; AbortedError
   */
  async *say(text: string, wait: AnswerOptions = {}): AsyncGenerator<ChatPart, void, void> {
    checkOptions("Chat.say", wait, ANSWER_OPTIONS);
    expectText("Chat.say", "text", text);
    this.#checkIdle();
    const turns = [...this.#turns, { role: "user", content: text }];
    // The template may refuse it: nothing is said then.
    const prompt = this.#encode(turns, true);
    yield* this.#answer(turns, prompt, wait);
  }

  /** Answers the last turn again, with other random numbers. @throws as `say`, and UsageError when there is no answer yet */
  async *regenerate(wait: AnswerOptions = {}): AsyncGenerator<ChatPart, void, void> {
    checkOptions("Chat.regenerate", wait, ANSWER_OPTIONS);
    this.#checkIdle();
    const last = this.#turns.findLastIndex(({ role }) => role === "user");
    if (last < 0)
      throw new UsageError({ message: "there is no answer to make again", hint: "say something first" });
    const turns = this.#turns.slice(0, last + 1);
    yield* this.#answer(turns, this.#encode(turns, true), wait);
  }

  /** Forgets all that was said, but for the system's text. @throws UsageError while an answer is being made */
  reset(): void {
    this.#checkIdle();
    this.#forget();
    this.#turns = this.#beginning();
  }

  /** Stores the dialogue, with what the model has read of it. @throws UsageError before anything is said, or while an answer is being made */
  async save(path: string, wait: WaitOptions = {}): Promise<void> {
    checkOptions("Chat.save", wait, WAIT_OPTIONS);
    expectText("Chat.save", "path", path);
    this.#checkIdle();
    if (this.#session === undefined) {
      throw new UsageError({ message: "there is nothing to save", hint: "say something first" });
    }
    const notes = JSON.stringify({ turns: this.#turns, read: this.#read, answers: this.#answers });
    this.#underWay = "the dialogue is being saved";
    try {
      await saveSession(this.#session, path, { ...wait, notes });
    } finally {
      this.#underWay = undefined;
    }
  }

  /**
   * Goes on with a dialogue that was stored; this one is forgotten, unless the file is of no use. With the same options, its next answer is the
   * one that the stored dialogue would have had, drawn ones too.
   * @throws SessionFileError for a file that is no dialogue with this model; UsageError while an answer is being made
   */
  async load(path: string, wait: WaitOptions = {}): Promise<void> {
    checkOptions("Chat.load", wait, WAIT_OPTIONS);
    expectText("Chat.load", "path", path);
    this.#checkIdle();
    this.#underWay = "a dialogue is being loaded";
    try {
      await this.#restore(path, wait);
    } finally {
      this.#underWay = undefined;
    }
  }

  async #restore(path: string, wait: WaitOptions): Promise<void> {
    const { session, notes } = await restoreSession(this.model, path, { chunk: this.options.chunk, ...wait });
    const found = parseNotes(notes);
    if (found === undefined || session.batch !== 1 || session.lengths[0] !== found.read.length) {
      session.close();
      const hint = "Chat.save and griffin chat's /save write dialogues";
      throw new SessionFileError(path, [
        { subject: "notes", problem: "this is a session, but no dialogue", hint },
      ]);
    }
    this.#forget();
    this.#session = session;
    this.#turns = found.turns;
    this.#answers = found.answers;
    this.#read = [...found.read];
  }

  /** What was said stays as it was when nothing comes. */
  async *#answer(
    turns: readonly Turn[],
    prompt: readonly number[],
    wait: AnswerOptions,
  ): AsyncGenerator<ChatPart, void, void> {
    const startedAt = performance.now();
    const { maxNewTokens = DEFAULT_ANSWER_TOKENS, stop, seed = 0 } = this.options;
    const { eosIds } = this.model.generation;
    const decoder = new StreamingDecoder(this.words.tokenizer);
    const { tokenizer } = this.words;
    const { vocabSize } = this.model.generation;
    const made: number[] = [];
    let content = "";
    let finished: Finished | undefined;
    const left = (): WaitOptions => waitLeft("the answer", startedAt, wait);
    this.#underWay = "an answer is being made";
    try {
      const format =
        wait.format === undefined ? undefined : await beginFormat(wait.format, tokenizer, vocabSize, eosIds);
      const continuation = createContinuation({ decoder, format, eosIds, maxNewTokens, stop });
      const row = { prompt, seed: seed + this.#answers++, format };
      using chooser = await openChooser(this.model, [row], this.options, format !== undefined);
      const session = await this.#reachable(prompt, left);
      let results = await this.#readOn(session, prompt, left);
      for (;;) {
        const { next } = await chooser.choose(results);
        using _ = next;
        const token = new Int32Array((await next.toHost()).buffer)[0]!;
        if (token < 0) throw notFinite("no token to choose");
        const part = continuation(token);
        ({ finished } = part);
        if (finished !== "eos") made.push(token);
        content += part.text;
        yield part;
        if (finished !== undefined) return;
        left();
        results = await session.advance(next);
        this.#read.push(token);
      }
    } finally {
      this.#underWay = undefined;
      // What a stop cuts off was not said: the answer is read again, as text, with the next turn.
      const ids =
        finished === "stop" ? encodeTyped(this.words.tokenizer, content, new Set(this.#markers)) : made;
      if (made.length > 0 || finished !== undefined)
        this.#turns = [...turns, { role: "assistant", content, ids: [...ids] }];
    }
  }

  /** The session, at a place from which a prompt goes on: after all that was read, or where the last answer began, else at none. */
  async #reachable(prompt: readonly number[], left: () => WaitOptions): Promise<Session> {
    const begins = (read: readonly number[]) =>
      read.length < prompt.length && read.every((token, i) => token === prompt[i]);
    const [session, before] = [this.#session, this.#before];
    if (session !== undefined && !begins(this.#read)) {
      if (before !== undefined && begins(before.read)) {
        await this.#orForget(() => session.rewind(before.mark, left()));
        // Unless it was closed meanwhile.
        if (this.#session === session) this.#read = [...before.read];
      } else this.#forget();
    }
    this.#session ??= new Session(this.model, 1, { chunk: this.options.chunk });
    return this.#session;
  }

  /** Reads what is new of a prompt. */
  #readOn(session: Session, prompt: readonly number[], left: () => WaitOptions): Promise<StepResults> {
    return this.#orForget(async () => {
      // All but the last token, to come back to: what follows it is the answer.
      const rest = prompt.slice(this.#read.length, -1);
      if (rest.length > 0) closeResults(await session.read([rest], left()));
      this.#read = prompt.slice(0, -1);
      this.#before?.mark.close();
      this.#before = undefined;
      if (this.#read.length > 0) this.#before = { mark: await session.mark(left()), read: [...this.#read] };
      const results = await session.read([prompt.slice(-1)], left());
      this.#read = [...prompt];
      return results;
    });
  }

  /** When it fails nobody knows how far it came: all is read anew. */
  async #orForget<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #encode(turns: readonly Turn[], asked: boolean): readonly number[] {
    return encodeDialogue({ ...this.words, markers: this.#markers }, turns, asked);
  }

  /** Tokens that no typed text becomes, whatever the template has. */
  get #markers(): readonly number[] {
    const { bosId, eosIds } = this.model.generation;
    return [bosId, ...eosIds];
  }

  #checkIdle(): void {
    if (this.#underWay === undefined) return;
    throw new UsageError({
      message: this.#underWay,
      hint:
        this.#underWay === "an answer is being made"
          ? "take all of it, or leave its loop, before the next call"
          : "await it before the next call",
    });
  }

  #forget(): void {
    this.#before?.mark.close();
    this.#before = undefined;
    this.#session?.close();
    this.#session = undefined;
    this.#read = [];
  }

  /** Frees what was read; what was said stays. */
  close(): void {
    this.#forget();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function parseNotes(notes: string): z.output<typeof notesSchema> | undefined {
  try {
    return notesSchema.safeParse(JSON.parse(notes)).data;
  } catch {
    return undefined;
  }
}
