import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type GeneratedToken,
  type GenerateOptions,
  generate,
  type GriffinModel,
  type ModelEvent,
  Session,
} from "../../src/engine/index.js";
import { planChunks } from "../../src/engine/chunks.js";
import type { Client } from "../../src/runtime-pjrt/index.js";
import { UsageError } from "../../src/support/errors.js";
import { useCpu } from "../dsl/cpu.js";
import { loadTiny, someTokens } from "./tiny.js";

const cpu = useCpu();
let model: GriffinModel;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
});
afterAll(() => model.close());

async function generated(
  prompts: readonly (readonly number[])[],
  options: GenerateOptions = {},
): Promise<GeneratedToken[]> {
  const tokens: GeneratedToken[] = [];
  for await (const token of generate(model, prompts, { maxNewTokens: 12, ...options })) tokens.push(token);
  return tokens;
}

const rowOf = (tokens: readonly GeneratedToken[], row: number): number[] =>
  tokens.filter((token) => token.row === row).map(({ token }) => token);

/** What is held on a client, once all that was closed is gone; events of the last run may still be on their way. */
async function held(client: Client) {
  await new Promise((resolve) => setImmediate(resolve));
  const { buffer, executable } = client.stats();
  return { buffer, executable };
}

describe("planChunks", () => {
  it.each([
    [1, 256, [16]],
    [16, 256, [16]],
    [17, 256, [64]],
    [65, 256, [256]],
    [256, 256, [256]],
    [257, 256, [16, 256]],
    [600, 256, [256, 256, 256]],
    [5, 1, [1, 1, 1, 1, 1]],
    [7, 3, [3, 3, 3]],
    [30, 20, [16, 20]],
    [38, 20, [20, 20]],
  ])("%d tokens in chunks of %d: %j", (tokens, chunk, plan) => {
    expect(planChunks(tokens, chunk)).toEqual(plan);
  });
});

describe("generate", () => {
  const prompts = [someTokens(1, 13), someTokens(2, 1), someTokens(3, 40)];

  it("gives each prompt of a batch the tokens it gets alone", async () => {
    const together = await generated(prompts);
    for (const [row, prompt] of prompts.entries()) {
      expect(rowOf(together, row), `row ${row}`).toEqual(rowOf(await generated([prompt]), 0));
      expect(rowOf(together, row)).toHaveLength(12);
    }
  });

  it("yields one token a row and step, and says why a row ends", async () => {
    const tokens = await generated(prompts.slice(0, 2), { maxNewTokens: 3 });
    expect(tokens.map(({ row, finished }) => [row, finished])).toEqual([
      [0, undefined],
      [1, undefined],
      [0, undefined],
      [1, undefined],
      [0, "length"],
      [1, "length"],
    ]);
    expect(tokens.every(({ ms }) => ms > 0)).toBe(true);
  });

  it("draws the same tokens for the same seed, others for another, and each row its own", async () => {
    const options = { temperature: 2, topK: 30, topP: 0.95 };
    const [prompt] = prompts;
    const draw = async (seed: number) => rowOf(await generated([prompt!], { ...options, seed }), 0);
    const seven = await draw(7);
    expect(await draw(7)).toEqual(seven);
    expect(await draw(8)).not.toEqual(seven);
    const twice = await generated([prompt!, prompt!], { ...options, seed: 7 });
    expect([rowOf(twice, 0), rowOf(twice, 1)]).toEqual([seven, await draw(8)]);
    const unseeded = await generated([prompt!, prompt!], options);
    expect(rowOf(unseeded, 0)).toEqual(await draw(0));
    expect(rowOf(unseeded, 1)).not.toEqual(rowOf(unseeded, 0));
  });

  it("stops a row at its end token, and goes on with the others", async () => {
    const free = await generated(prompts.slice(0, 2));
    const [first, second] = [rowOf(free, 0), rowOf(free, 1)];
    const eos = first.find((token) => !second.includes(token))!;
    const stopped = await generated(prompts.slice(0, 2), { eosIds: [eos] });
    expect(rowOf(stopped, 0)).toEqual(first.slice(0, first.indexOf(eos) + 1));
    expect(stopped.filter(({ row }) => row === 0).at(-1)!.finished).toBe("eos");
    expect(rowOf(stopped, 1)).toEqual(second);
  });

  it("reads the prompt in chunks of any size with the same result", async () => {
    const whole = rowOf(await generated([prompts[2]!]), 0);
    for (const chunk of [1, 16]) expect(rowOf(await generated([prompts[2]!], { chunk }), 0)).toEqual(whole);
  });

  it.each([
    ["no prompts", [], {}, "no prompts given"],
    ["an empty prompt", [[1], []], {}, "the prompt is empty"],
    ["a token outside of the vocabulary", [[1, 64]], {}, "token 1 of the prompt is not in the vocabulary"],
    ["a negative token", [[-1]], {}, "token 0 of the prompt is not in the vocabulary"],
    ["no new tokens", [[1]], { maxNewTokens: 0 }, "max new tokens must be a whole number, 1 or more"],
    ["half a token", [[1]], { maxNewTokens: 1.5 }, "max new tokens must be a whole number, 1 or more"],
    ["no chunk", [[1]], { chunk: 0 }, "the chunk must be a whole number, 1 or more"],
    [
      "a chunk that is no number",
      [[1]],
      { chunk: Number.NaN },
      "the chunk must be a whole number, 1 or more",
    ],
    ["a temperature below zero", [[1]], { temperature: -1 }, "temperature is out of range"],
  ] as const)("refuses %s", async (_, rows, options, message) => {
    const failure = await generated(rows, options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as UsageError).details.message).toBe(message);
  });

  it("frees its state when the caller stops early", async () => {
    const before = await held(cpu.client);
    for await (const _ of generate(model, [prompts[0]!])) break;
    expect(await held(cpu.client)).toEqual(before);
  });
});

describe("a session", () => {
  const complaint = async (run: () => Promise<unknown>): Promise<string> => {
    const failure = await run().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    return (failure as UsageError).message;
  };

  it("wants one prompt and one token a row", async () => {
    using session = new Session(model, 2);
    expect(await complaint(() => session.prefill([[1]]))).toBe(
      [
        "usage error: the session has another number of prompts",
        "  expected: 2, one a row of the batch",
        "  got:      1",
      ].join("\n"),
    );
    await session.prefill([[1], [2]]);
    expect(await complaint(() => session.decode([1, 2, 3]))).toContain("another number of tokens");
    expect(await complaint(() => session.decode([1, 64]))).toContain("is not in the vocabulary");
  });

  it("reads first, once, and decodes then", async () => {
    using session = new Session(model, 1);
    expect(await complaint(() => session.decode([1]))).toBe(
      "usage error: nothing to go on from\n  hint:     call prefill first",
    );
    await session.prefill([[1]]);
    expect(await complaint(() => session.prefill([[1]]))).toBe(
      "usage error: a session reads its prompts once\n  hint:     make another session",
    );
  });

  it("has rows", () => {
    expect(() => new Session(model, 0)).toThrow(
      "usage error: the batch must be a whole number, 1 or more\n  got:      0",
    );
  });
});

describe("a model", () => {
  it("tells what it does, and compiles a program once", async () => {
    const events: ModelEvent[] = [];
    using other = await loadTiny(cpu.client, { onEvent: (event) => events.push(event) });
    const weights = events.flatMap((event) => (event.phase === "weights" ? [event] : []));
    expect(weights.at(-1)).toEqual({ phase: "weights", loadedBytes: 48_544 * 4, totalBytes: 48_544 * 4 });
    expect(other.parameterBytes).toBe(48_544 * 4);
    const key = { kind: "decode", batch: 1, time: 1 } as const;
    expect(await other.program(key)).toBe(await other.program({ ...key }));
    const later = events.flatMap((event) =>
      event.phase === "weights" ? [] : [`${event.phase} ${event.program}`],
    );
    expect(later).toEqual(["lower decode 1x1", "compile decode 1x1", "compile decode 1x1"]);
  });

  it("leaves nothing behind when it is closed", async () => {
    const before = await held(cpu.client);
    const other = await loadTiny(cpu.client);
    for await (const _ of generate(other, [[1, 2, 3]], { maxNewTokens: 2 })) void _;
    other.close();
    expect(await held(cpu.client)).toEqual(before);
  });
});
