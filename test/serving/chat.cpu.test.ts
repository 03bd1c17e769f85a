import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../src/engine/index.js";
import {
  Chat,
  type ChatOptions,
  type ChatPart,
  type ProgramSet,
  saveSession,
  Session,
} from "../../src/serving/index.js";
import type { ChatTemplate } from "../../src/tokens/index.js";
import { UsageError } from "../../src/support/errors.js";
import { sharedFolder } from "../artifact/exported.js";
import { useCpu } from "../dsl/cpu.js";
import { loadTiny } from "../engine/tiny.js";
import { held } from "../runtime-pjrt/held.js";
import { toyTokenizer } from "../tokens/toy.js";
import { errorText } from "../weights/files.js";
import { programSet } from "./program-set.js";

const cpu = useCpu();
const folder = await sharedFolder();
let model: Model;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
});
afterAll(() => model.close());

const template: ChatTemplate = {
  render(messages, { generationPrompt = false } = {}) {
    if (messages.some(({ role }) => role === "system"))
      throw new UsageError({ message: "the chat template refuses these messages" });
    const turns = messages.map(({ role, content }) => `<turn>${role === "user" ? "u" : "m"} ${content}<end>`);
    return `<bos>${turns.join("")}${generationPrompt ? "<turn>m " : ""}`;
  },
};
const words = { template, tokenizer: toyTokenizer };
const options: ChatOptions = { maxNewTokens: 4, chunk: 16 };

/** Programs, and how many tokens were read by them. */
function counting(): { readonly programs: ProgramSet; read: number } {
  const counter = {
    read: 0,
    programs: programSet(model, {
      run: (key, ...rest) => {
        counter.read += key.time;
        return model.run(key, ...rest);
      },
    }),
  };
  return counter;
}

async function all(answer: AsyncIterable<ChatPart>): Promise<readonly number[]> {
  const tokens: number[] = [];
  for await (const { token } of answer) tokens.push(token);
  return tokens;
}

describe("a chat", () => {
  it("answers a second turn as if all had been read anew, and reads what is new alone", async () => {
    const counter = counting();
    using chat = new Chat(counter.programs, words, options);
    await all(chat.say("hello there"));
    const before = counter.read;
    const answer = await all(chat.say("ok"));
    // <end> of the answer, the turn around "ok", and the tokens of the answer but its last.
    expect(counter.read - before).toBeLessThan(24);
    using anew = new Chat(model, words, options);
    await all(anew.say("hello there"));
    expect(await all(anew.say("ok"))).toEqual(answer);
    expect(chat.turns.map(({ role, content }) => [role, content.length > 0])).toEqual([
      ["user", true],
      ["assistant", true],
      ["user", true],
      ["assistant", true],
    ]);
  });

  it("makes an answer again from where it began, with other random numbers", async () => {
    const counter = counting();
    using chat = new Chat(counter.programs, words, { ...options, temperature: 5 });
    const first = await all(chat.say("hello there"));
    const before = counter.read;
    const second = await all(chat.regenerate());
    expect(second).not.toEqual(first);
    expect(counter.read - before).toBeLessThan(8);
    expect(chat.turns).toHaveLength(2);
  });

  it("draws after it was stored what it would have drawn", async () => {
    const drawn = { ...options, temperature: 5, seed: 3 };
    using chat = new Chat(model, words, drawn);
    await all(chat.say("hello there"));
    await all(chat.regenerate());
    const file = join(folder, "drawn.session");
    await chat.save(file);
    const answer = await all(chat.say("ok"));
    using restored = new Chat(model, words, drawn);
    await restored.load(file);
    expect(await all(restored.say("ok"))).toEqual(answer);
  });

  it("keeps an answer as far as it came, and nothing of one that did not begin", async () => {
    using chat = new Chat(model, words, options);
    for await (const _ of chat.say("a")) break;
    expect(chat.turns.map(({ ids }) => ids?.length)).toEqual([undefined, 1]);
    const answer = all(chat.say("b", { signal: AbortSignal.abort() }));
    await expect(answer).rejects.toThrow(/^aborted: the answer was aborted/);
    expect(chat.turns).toHaveLength(2);
    expect(await all(chat.say("c"))).toHaveLength(4);
  });

  it("goes on from a file, and says what is no dialogue", async () => {
    const path = join(folder, "chat.session");
    using chat = new Chat(model, words, options);
    expect(await errorText(() => chat.save(path))).toBe(
      "usage error: there is nothing to save\n  hint:     say something first",
    );
    await all(chat.say("a"));
    await chat.save(path);
    const expected = await all(chat.say("b"));
    using other = new Chat(model, words, options);
    const loading = other.load(path);
    // What it was before is forgotten when the file has come: an answer would lose its place.
    expect(await errorText(() => all(other.say("b")))).toBe(
      "usage error: a dialogue is being loaded\n  hint:     await it before the next call",
    );
    await loading;
    expect(other.turns).toEqual(chat.turns.slice(0, 2));
    expect(await all(other.say("b"))).toEqual(expected);

    using session = new Session(model, 1, { chunk: 16 });
    await session.prefill([[1]]);
    await saveSession(session, path);
    expect((await errorText(() => other.load(path))).replace(folder, "FOLDER")).toBe(
      [
        "session error: notes: this is a session, but no dialogue",
        "  at:       FOLDER/chat.session",
        "  hint:     Chat.save and griffin chat's /save write dialogues",
      ].join("\n"),
    );
    expect(other.turns).toHaveLength(4);
  });

  it("goes on after an answer that cannot begin, and says so when it is closed in the midst of one", async () => {
    using chat = new Chat(model, words, { ...options, logitBias: new Map([[9999, 1]]) });
    for (let time = 0; time < 2; time++)
      expect(await errorText(() => all(chat.say("a")))).toMatch(
        /^usage error: a token of the logit bias is not in the vocabulary\n/,
      );
    using other = new Chat(model, words, options);
    const closed = async () => {
      for await (const _ of other.say("a")) other.close();
    };
    expect(await errorText(closed)).toMatch(/^usage error: the session is closed\n/);
    expect(await all(other.say("b"))).toHaveLength(4);
  });

  it("refuses a system's text where the template has no place for it", () => {
    expect(() => new Chat(model, words, { system: "be kind" })).toThrow(
      "the chat template refuses these messages",
    );
  });

  it("makes one answer at a time, forgets when it is told to, and frees what it held", async () => {
    const run = async () => {
      using chat = new Chat(model, words, options);
      for await (const _ of chat.say("a")) {
        expect(await errorText(() => chat.reset())).toBe(
          "usage error: an answer is being made\n  hint:     take all of it, or leave its loop, before the next call",
        );
        break;
      }
      chat.reset();
      expect([chat.turns, chat.tokens]).toEqual([[], 0]);
      expect(await errorText(() => all(chat.regenerate()))).toContain("there is no answer to make again");
      await all(chat.say("b"));
    };
    await run();
    const before = await held(cpu.client);
    await run();
    expect(await held(cpu.client)).toEqual(before);
  });
});

it.each([NaN, Number.POSITIVE_INFINITY, 0, 1.5])(
  "an answer of %d tokens at most is refused",
  (maxNewTokens) => {
    expect(() => new Chat(model, words, { maxNewTokens })).toThrow(
      `usage error: max new tokens must be a whole number, 1 or more\n  got:      ${maxNewTokens}`,
    );
  },
);
