import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { load, Model } from "../../src/engine/index.js";
import {
  Chat,
  completions,
  generate,
  restoreSession,
  saveSession,
  Session,
  type SessionMark,
} from "../../src/serving/index.js";
import { UsageError } from "../../src/support/errors.js";
import { type Checkpoint, formulaCheckpoint } from "../../src/weights/index.js";
import { sharedFolder } from "../artifact/exported.js";
import { useCpu } from "../dsl/cpu.js";
import { loadTiny } from "../engine/tiny.js";
import { toyTokenizer } from "../tokens/toy.js";

const cpu = useCpu();
const path = join(await sharedFolder(), "arguments.safetensors");
let model: Model;
let session: Session;
let mark: SessionMark;
let checkpoint: Checkpoint;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
  checkpoint = formulaCheckpoint(model.definition, 7);
  session = new Session(model, 1);
  await session.prefill([[1, 2]]);
  mark = await session.mark();
});
afterAll(async () => {
  await checkpoint.close();
  mark.close();
  session.close();
  model.close();
});

/** A list that lacks its element at 1. */
function withHole<T>(...elements: T[]): T[] {
  delete elements[1];
  return elements;
}

/** What callers of JavaScript give by mistake: as the function's types would have it never. */
const WRONG: readonly unknown[] = [
  ...[
    null,
    "text",
    "",
    "1",
    1.5,
    NaN,
    -1,
    Infinity,
    true,
    10n,
    Symbol("s"),
    () => 1,
    {},
    new Map(),
    new Date(0),
  ],
  ...[
    [],
    [[]],
    [null],
    ["a"],
    [["a"]],
    [NaN],
    [[NaN]],
    [[1.5]],
    [[-1]],
    [[9999]],
    [withHole(1, 0, 2)],
    withHole([0], [1], [2]),
    withHole(1, 0, 2),
  ],
];

const words = { template: { render: () => "a" }, tokenizer: toyTokenizer };

/** Takes a value, and goes on until it would have used it. */
type Use = (value: never) => unknown;

const chatWith = (options: object) => new Chat(model, words, options);
const generating = (option: string) => (value: unknown) =>
  generate(model, [[1]], { maxNewTokens: 1, tokenizer: toyTokenizer, [option]: value }).next();

/** What each is given, and those of the wrong values that are right there. */
const USES: Readonly<Record<string, readonly [use: Use, ...right: readonly unknown[]]>> = {
  "new Session, model": [(value) => new Session(value, 1)],
  "new Session, batch": [(value) => new Session(model, value)],
  "prefill, prompts": [(value) => new Session(model, 1).prefill(value)],
  "append, texts": [(value) => session.append(value)],
  "decode, tokens": [(value) => session.decode(value)],
  "advance, tokens": [(value) => session.advance(value)],
  "rewind, mark": [(value) => session.rewind(value)],
  "replaceRow, row": [(value) => session.replaceRow(value, session)],
  "replaceRow, session": [(value) => session.replaceRow(0, value)],
  "retire, row": [(value) => session.retire(value)],
  "prefill, timeoutMs": [
    (value) => new Session(model, 1).prefill([[1]], { timeoutMs: value }),
    -1,
    1.5,
    Infinity,
  ],
  "prefill, signal": [(value) => new Session(model, 1).prefill([[1]], { signal: value })],
  "resume, states": [(value) => Session.resume(model, value, [1]), "a Map"],
  "resume, lengths": [(value) => Session.resume(model, mark.states, value)],
  "saveSession, session": [(value) => saveSession(value, path)],
  "saveSession, path": [(value) => saveSession(session, value), "a text"],
  "saveSession, notes": [(value) => saveSession(session, path, { notes: value }), "a text"],
  "restoreSession, model": [(value) => restoreSession(value, path)],
  "new Chat, model": [(value) => new Chat(value, words)],
  "new Chat, words": [(value) => new Chat(model, value)],
  "new Chat, system": [(value) => chatWith({ system: value }), "a text"],
  "new Chat, maxNewTokens": [(value) => chatWith({ maxNewTokens: value })],
  "new Chat, stop": [(value) => chatWith({ stop: value }), "a list of texts"],
  "new Chat, temperature": [(value) => chatWith({ temperature: value }), 1.5],
  "new Chat, topK": [(value) => chatWith({ topK: value })],
  "new Chat, topP": [(value) => chatWith({ topP: value })],
  "new Chat, minP": [(value) => chatWith({ minP: value })],
  "new Chat, repetitionPenalty": [(value) => chatWith({ repetitionPenalty: value }), 1.5],
  "new Chat, presencePenalty": [(value) => chatWith({ presencePenalty: value }), 1.5, -1],
  "new Chat, frequencyPenalty": [(value) => chatWith({ frequencyPenalty: value }), 1.5, -1],
  "new Chat, logitBias": [(value) => chatWith({ logitBias: value }), "a Map"],
  "new Chat, seed": [(value) => chatWith({ seed: value })],
  "say, text": [(value) => chatWith({}).say(value).next(), "a text"],
  "save, path": [(value) => chatWith({}).save(value)],
  "load, path": [(value) => chatWith({}).load(value), "a text"],
  "generate, model": [(value) => generate(value, [[1]]).next()],
  "generate, prompts": [(value) => generate(model, value, { maxNewTokens: 1 }).next()],
  "generate, maxNewTokens": [generating("maxNewTokens")],
  "generate, batch": [generating("batch")],
  "generate, eosIds": [generating("eosIds"), "a list of ids"],
  "generate, stop": [generating("stop"), "a list of texts"],
  "generate, tokenizer": [generating("tokenizer")],
  "generate, temperature": [generating("temperature"), 1.5],
  "generate, logprobs": [generating("logprobs")],
  "generate, signal": [generating("signal")],
  "completions, tokens": [(value) => completions(value).next()],
  "run, key": [(value) => model.run(value, new Map())],
  "run, inputs": [(value) => model.run({ kind: "decode", batch: 1, time: 1 }, value), "a Map"],
  "has, key": [(value) => model.has(value)],
  "Model.load, client": [(value) => Model.load(value, model.definition, checkpoint)],
  "Model.load, model": [(value) => Model.load(cpu.client, value, checkpoint)],
  "Model.load, checkpoint": [(value) => Model.load(cpu.client, model.definition, value)],
  "load of a checkpoint, path": [(value) => load(value, { models: [] }), "a text"],
  "generate, seed": [generating("seed")],
  "generate, format": [generating("format")],
  "lower, key": [(value) => model.lower(value)],
};

const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  "a text": (value) => typeof value === "string",
  "a Map": (value) => value instanceof Map,
  "a list of texts": (value) =>
    Array.isArray(value) && Array.from(value).every((one) => typeof one === "string"),
  "a list of ids": (value) => Array.isArray(value) && Array.from(value).every(Number.isSafeInteger),
};

/** Uses of options, which may be left out; some of them by null, too. */
const isOption = (name: string) =>
  /^(?:prefill, [st]|saveSession, notes|new Chat, (?!model|words)|generate, (?!model|prompts))/.test(name);
const byNull = new Set(["signal"]);

test.each(Object.entries(USES))(
  "%s: what is of another kind is a usage error",
  async (name, [use, ...right]) => {
    const before = session.lengths;
    for (const value of [undefined, ...WRONG]) {
      const isRight = right.some((one) => one === value || (typeof one === "string" && IS[one]?.(value)));
      const isLeftOut = value === undefined || (value === null && byNull.has(name.split(", ")[1]!));
      if (isRight || (isLeftOut && isOption(name))) continue;
      const failure = await (async () => use(value as never))().catch((error: unknown) => error);
      // Its text alone: a model that is printed whole takes minutes.
      const told = failure instanceof UsageError ? "usage error" : `${typeof failure} ${String(failure)}`;
      expect(`${String(value)}, ${typeof value}: ${told}`).toBe(
        `${String(value)}, ${typeof value}: usage error`,
      );
    }
    expect(session.lengths).toEqual(before);
  },
);

test.each([
  [
    "a text for a number",
    () => generate(model, [[1]], { topP: "1" as never }).next(),
    `sampling takes another kind of topP
  expected: a number
  got:      "1"
  hint:     texts are not read as numbers: Number(text)`,
  ],
  [
    "an object for a map",
    () => generate(model, [[1]], { logitBias: { 5: -2 } as never }).next(),
    `sampling takes another kind of logitBias
  expected: a Map of token ids and numbers, such as new Map([[5, -2]])
  got:      an object`,
  ],
  [
    "an array for a buffer",
    () => Session.resume(model, new Map([["state", new Float32Array(2)]]) as never, [1]),
    `Session.resume: the states hold what is no buffer on a device
  expected: a Map of buffers by their names
  got:      "state": an object of Float32Array`,
  ],
  [
    "a number for notes",
    () => saveSession(session, path, { notes: 5 as never }),
    `saveSession takes another kind of notes
  expected: a text
  got:      5`,
  ],
])("%s: the error says what was expected, what came, and where", async (_, use, message) => {
  await expect(async () => use()).rejects.toThrow(`usage error: ${message}`);
});
