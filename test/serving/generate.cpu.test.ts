import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Model } from "../../src/engine/index.js";
import { UsageError } from "../../src/support/errors.js";
import { generate } from "../../src/serving/index.js";
import { useCpu } from "../dsl/cpu.js";
import { loadTiny, someTokens } from "../engine/tiny.js";
import { held } from "../runtime-pjrt/held.js";
import { errorText } from "../weights/files.js";
import { generated, rowOf } from "./generated.js";
import { programSet } from "./program-set.js";

const cpu = useCpu();
let model: Model;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
});
afterAll(() => model.close());

describe("generate", () => {
  const prompts = [someTokens(1, 13), someTokens(2, 1), someTokens(3, 40)];

  it("gives each prompt of a batch the tokens it gets alone", async () => {
    const together = await generated(model, prompts);
    for (const [row, prompt] of prompts.entries()) {
      expect(rowOf(together, row), `row ${row}`).toEqual(rowOf(await generated(model, [prompt]), 0));
      expect(rowOf(together, row)).toHaveLength(12);
    }
  });

  it("yields one token a row and step, and says why a row ends", async () => {
    const tokens = await generated(model, prompts.slice(0, 2), { maxNewTokens: 3 });
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
    const draw = async (seed: number) => rowOf(await generated(model, [prompt!], { ...options, seed }), 0);
    const seven = await draw(7);
    expect(await draw(7)).toEqual(seven);
    expect(await draw(8)).not.toEqual(seven);
    const twice = await generated(model, [prompt!, prompt!], { ...options, seed: 7 });
    expect([rowOf(twice, 0), rowOf(twice, 1)]).toEqual([seven, await draw(8)]);
    const unseeded = await generated(model, [prompt!, prompt!], options);
    expect(rowOf(unseeded, 0)).toEqual(await draw(0));
    expect(rowOf(unseeded, 1)).not.toEqual(rowOf(unseeded, 0));
  });

  it("draws on the device what it draws on the host, and tells the same of it", async () => {
    const options = {
      ...{ temperature: 0.8, topK: 20, topP: 0.95, minP: 0.01, seed: 5, logprobs: 2 },
      ...{ repetitionPenalty: 1.2, frequencyPenalty: 0.3, logitBias: new Map([[3, 1.5]]) },
    };
    const rows = prompts.slice(0, 2);
    const device = await generated(model, rows, options);
    const host = await generated(programSet(model, { sampler: async () => undefined }), rows, options);
    expect(device.map(({ row, token }) => [row, token])).toEqual(host.map(({ row, token }) => [row, token]));
    for (const [i, { logprobs, token }] of device.entries()) {
      const { top, logprob } = host[i]!.logprobs!;
      expect(logprobs!.logprob).toBeCloseTo(logprob, 4);
      expect(logprobs!.top.map((each) => each.token)).toEqual(top.map((each) => each.token));
      expect(top.find((each) => each.token === token)?.logprob ?? logprob).toBe(logprob);
    }
  });

  it("refuses the same options on the device as on the host, before a token is drawn", async () => {
    const onHost = programSet(model, { sampler: async () => undefined });
    const rows = prompts.slice(0, 2);
    for (const programs of [model, onHost]) {
      const logitBias = new Map([[9999, 1]]);
      expect(await errorText(() => generated(programs, rows, { logitBias }))).toMatch(
        /^usage error: a token of the logit bias is not in the vocabulary\n/,
      );
      const seed = Number.MAX_SAFE_INTEGER;
      expect(await errorText(() => generated(programs, rows, { temperature: 1, seed }))).toBe(
        [
          "usage error: seed is out of range: prompt i draws with seed + i",
          "  expected: an integer from 0 to 2^53 - 2",
          "  got:      9007199254740991",
        ].join("\n"),
      );
    }
  });

  it("refuses stop strings where there is no text to find them in", async () => {
    expect(await errorText(() => generated(model, prompts, { stop: ["end"] }))).toBe(
      [
        "usage error: stop strings need a tokenizer: without one there is no text to find them in",
        "  hint:     give generate the checkpoint's tokenizer, or eosIds",
      ].join("\n"),
    );
  });

  it("stops a row at its end token, and goes on with the others", async () => {
    const free = await generated(model, prompts.slice(0, 2));
    const [first, second] = [rowOf(free, 0), rowOf(free, 1)];
    const eos = first.find((token) => !second.includes(token))!;
    const stopped = await generated(model, prompts.slice(0, 2), { eosIds: [eos] });
    expect(rowOf(stopped, 0)).toEqual(first.slice(0, first.indexOf(eos) + 1));
    expect(stopped.filter(({ row }) => row === 0).at(-1)!.finished).toBe("eos");
    expect(rowOf(stopped, 1)).toEqual(second);
  });

  it("reads the prompt in chunks of any size with the same result", async () => {
    const whole = rowOf(await generated(model, [prompts[2]!]), 0);
    for (const chunk of [1, 16])
      expect(rowOf(await generated(model, [prompts[2]!], { chunk }), 0)).toEqual(whole);
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
    const failure = await generated(model, rows, options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as UsageError).details.message).toBe(message);
  });

  it("counts the time that the caller takes between two tokens against the time for all", async () => {
    const before = await held(cpu.client);
    const seen: number[] = [];
    const clock = vi.spyOn(performance, "now");
    onTestFinished(() => clock.mockRestore());
    const all = async () => {
      for await (const { token } of generate(model, [prompts[0]!], {
        timeoutMs: 600_000,
        eosIds: [],
        tokensPerCall: 1,
      })) {
        seen.push(token);
        const later = performance.now() + 600_000;
        if (seen.length === 2) clock.mockReturnValue(later);
      }
    };
    await expect(all()).rejects.toThrow(/^aborted: generate did not end in 600000 ms/);
    clock.mockRestore();
    expect(seen).toHaveLength(2);
    await expect.poll(() => held(cpu.client)).toEqual(before);
  });

  it("begins no further chunk or step once it is given up, and frees what it held", async () => {
    const stop = new AbortController();
    let runs = 0;
    const programs = programSet(model, {
      chunk: 1,
      run: async (...args) => {
        runs += 1;
        const results = await model.run(...args);
        stop.abort();
        return results;
      },
    });
    const before = await held(cpu.client);
    const tokens = generated(programs, [prompts[0]!], { signal: stop.signal });
    await expect(tokens).rejects.toThrow(/^aborted: generate was aborted/);
    await expect.poll(() => held(cpu.client)).toEqual(before);
    expect(runs).toBe(1);
  });

  it("frees its state when the caller stops early", async () => {
    const before = await held(cpu.client);
    for await (const _ of generate(model, [prompts[0]!])) break;
    expect(await held(cpu.client)).toEqual(before);
  });
});
