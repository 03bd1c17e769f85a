import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../src/engine/index.js";
import { Chat, type ChatPart, type GeneratedToken, generate } from "../../src/serving/index.js";
import type { ChatTemplate, Format } from "../../src/tokens/index.js";
import { useCpu } from "../dsl/cpu.js";
import { loadTiny, someTokens } from "../engine/tiny.js";
import { toyTokenizer } from "../tokens/toy.js";
import { errorText } from "../weights/files.js";
import { generated, rowOf } from "./generated.js";
import { programSet } from "./program-set.js";

const cpu = useCpu();
let model: Model;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
});
afterAll(() => model.close());

const prompts = [someTokens(1, 13), someTokens(2, 4), someTokens(3, 9)];
const held = { tokenizer: toyTokenizer, eosIds: [2] };
const textOf = (tokens: readonly GeneratedToken[], row: number): string =>
  tokens
    .filter((token) => token.row === row)
    .map(({ text }) => text)
    .join("");
const lastOf = (tokens: readonly GeneratedToken[], row: number) =>
  tokens.findLast((token) => token.row === row)!;

describe("generation that is held to formats", () => {
  const format: readonly (Format | undefined)[] = [
    { regex: "(abc|de){2} ?" },
    undefined,
    { regex: "[x-z]{5,}" },
  ];

  it("gives each row a text of its format, and a row without one what it gets alone", async () => {
    const tokens = await generated(model, prompts, { ...held, format });
    expect(textOf(tokens, 0)).toMatch(/^(abc|de){2} ?$/);
    expect(lastOf(tokens, 0)).toMatchObject({ complete: true });
    expect(textOf(tokens, 2)).toMatch(/^[x-z]{5,}$/);
    expect(lastOf(tokens, 1).complete).toBe(undefined);
    expect(rowOf(tokens, 1)).toEqual(rowOf(await generated(model, [prompts[1]!], held), 0));
  });

  it("draws on the device what it draws on the host, with penalties, and tells the same of it", async () => {
    const options = {
      ...{ ...held, format, temperature: 1.5, topP: 0.9, repetitionPenalty: 1.3, seed: 4, logprobs: 1 },
      logitBias: new Map([[2, 3]]),
    };
    const device = await generated(model, prompts, options);
    const host = await generated(programSet(model, { sampler: async () => undefined }), prompts, options);
    const told = ({ row, token, text, finished, complete }: GeneratedToken) => [
      row,
      token,
      text,
      finished,
      complete,
    ];
    expect(device.map(told)).toEqual(host.map(told));
    for (const [i, { logprobs }] of device.entries())
      expect(logprobs!.logprob).toBeCloseTo(host[i]!.logprobs!.logprob, 4);
    expect(textOf(device, 0)).toMatch(/^(abc|de){2} ?$/);
  });

  it.each([
    ["device", {}],
    ["host", { sampler: async () => undefined }],
  ])("says on the %s where logitBias leaves no token of the format", async (_, others) => {
    const options = {
      ...{ ...held, format: { regex: "aa(b|c)" }, temperature: 1 },
      logitBias: new Map(toyTokenizer.encode("bc").map((id) => [id, Number.NEGATIVE_INFINITY])),
    };
    const told: string[] = [];
    const run = async () => {
      for await (const { text } of generate(programSet(model, others), [prompts[0]!], options))
        told.push(text);
    };
    expect(await errorText(run)).toBe(
      [
        "generation error: no token may follow in the format",
        "  expected: a token of the vocabulary that goes on with it, or one that ends the text",
        "  hint:     logitBias rules out all tokens that may",
      ].join("\n"),
    );
    expect(told).toEqual(["a", "a"]);
  });

  it("says what is cut off", async () => {
    const tokens = await generated(model, [prompts[0]!], {
      ...held,
      format: { regex: "a{9}" },
      maxNewTokens: 4,
    });
    expect([textOf(tokens, 0), lastOf(tokens, 0)]).toMatchObject([
      "aaaa",
      { finished: "length", complete: false },
    ]);
  });

  it.each([
    [
      "without a tokenizer",
      { format: { regex: "a" } },
      [
        "usage error: a format needs a tokenizer: without one there is no text that has it",
        "  hint:     give generate the checkpoint's tokenizer",
      ],
    ],
    [
      "in a list of another length",
      { ...held, format: [{ regex: "a" }] },
      [
        "usage error: the list of formats is not as long as that of the prompts",
        "  expected: 3 formats, or one for all",
        "  got:      1",
      ],
    ],
  ])("is refused %s", async (_, options, lines) => {
    expect(await errorText(() => generated(model, prompts, options))).toBe(lines.join("\n"));
  });
});

const template: ChatTemplate = {
  render: (messages, { generationPrompt = false } = {}) =>
    `<bos>${messages.map(({ content }) => `<turn>${content}<end>`).join("")}${generationPrompt ? "<turn>" : ""}`,
};

it("an answer of a dialogue may have a format, and the next one another", async () => {
  using chat = new Chat(model, { template, tokenizer: toyTokenizer }, { maxNewTokens: 8, chunk: 16 });
  const answer = async (parts: AsyncIterable<ChatPart>): Promise<readonly ChatPart[]> => {
    const all: ChatPart[] = [];
    for await (const part of parts) all.push(part);
    return all;
  };
  const first = await answer(chat.say("is it so?", { format: { regex: "yes|no" } }));
  expect(chat.turns.at(-1)!.content).toMatch(/^(yes|no)$/);
  expect(first.at(-1)).toMatchObject({ finished: "format", complete: true });
  const second = await answer(chat.regenerate({ format: { regex: "z{20}" } }));
  expect([chat.turns.at(-1)!.content, second.at(-1)]).toMatchObject([
    "zzzzzzzz",
    { finished: "length", complete: false },
  ]);
});
