import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { griffin } from "../../models/index.js";
import { Model } from "../../src/engine/index.js";
import { Plugin } from "../../src/runtime-pjrt/index.js";
import { type GenerateOptions, generate, type ProgramSet, Session } from "../../src/serving/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { type Checkpoint, formulaCheckpoint } from "../../src/weights/index.js";
import { useCpu } from "../dsl/cpu.js";
import { compiledInThisRun, loadTiny, someTokens, tinier } from "../engine/tiny.js";
import { held } from "../runtime-pjrt/held.js";
import { generated, rowOf } from "./generated.js";
import { programSet } from "./program-set.js";

const cpu = useCpu();
const prompts = [someTokens(1, 13), someTokens(2, 1), someTokens(3, 40)];
let model: Model;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
});
afterAll(() => model.close());

/** The tokens that the logits say, step by step on the host: what the device must find by itself. */
async function byLogits(of: ProgramSet, rows: readonly (readonly number[])[], count: number) {
  using session = new Session(of, rows.length);
  let logits = await session.prefill(rows);
  const tokens: number[][] = rows.map(() => []);
  for (let step = 0; ; step++) {
    const best = logits.map((row) => row.indexOf(Math.max(...row)));
    for (const [row, token] of best.entries()) tokens[row]!.push(token);
    if (step === count - 1) return tokens;
    logits = await session.decode(best);
  }
}

/** The same programs, and which of them were run. */
function counted(of: ProgramSet): { readonly model: ProgramSet; readonly runs: string[] } {
  const runs: string[] = [];
  const run: ProgramSet["run"] = (key, ...rest) => {
    runs.push(key.kind);
    return of.run(key, ...rest);
  };
  return { model: programSet(of, { run }), runs };
}

describe("tokens that go from step to step on the device", () => {
  it.each(["f32", "bf16", "f16"] as const)("are those that the logits say, in %s", async (dtype) => {
    using other = await loadTiny(cpu.client, { dtype });
    const expected = await byLogits(other, prompts, 25);
    const tokens = await generated(other, prompts, { maxNewTokens: 25 });
    expect(prompts.map((_, row) => rowOf(tokens, row))).toEqual(expected);
  });

  it("are the same where executions wait for each other", async () => {
    await using narrow = await (await Plugin.load(cpu.client.plugin.path)).createClient({ inFlightLimit: 1 });
    using other = await loadTiny(narrow);
    expect(await generated(other, prompts)).toMatchObject(
      (await generated(model, prompts)).map(({ row, token, finished }) => ({ row, token, finished })),
    );
  });

  it("come from one prefill and a decode for each token but the first", async () => {
    const { model: watched, runs } = counted(model);
    await generated(watched, [prompts[0]!], { maxNewTokens: 5 });
    expect(runs).toEqual(["prefill", "decode", "decode", "decode", "decode"]);
    runs.length = 0;
    await generated(watched, [prompts[0]!], { maxNewTokens: 1 });
    expect(runs).toEqual(["prefill"]);
  });

  it("are made three steps ahead at most, also past an end that nobody foresaw", async () => {
    const { model: watched, runs } = counted(model);
    const free = rowOf(await generated(model, [prompts[0]!]), 0);
    const end = free.findIndex((token, i) => i >= 4 && !free.slice(0, i).includes(token));
    const before = await held(cpu.client);
    const options = { eosIds: [free[end]!], maxNewTokens: 100, tokensPerCall: 1 };
    const stopped = await generated(watched, [prompts[0]!], options);
    expect(rowOf(stopped, 0)).toEqual(free.slice(0, end + 1));
    expect(stopped.at(-1)).toMatchObject({ finished: "eos", text: "" });
    expect(runs).toHaveLength(end + 1 + 3);
    expect(await held(cpu.client)).toEqual(before);
  });

  it.each([1, 2, 3, 6])("are dropped without a trace when the caller stops after %d", async (count) => {
    const [expected] = await byLogits(model, [prompts[2]!], count);
    const before = await held(cpu.client);
    const seen: number[] = [];
    for await (const { token } of generate(model, [prompts[2]!], { maxNewTokens: 50, eosIds: [] })) {
      seen.push(token);
      if (seen.length === count) break;
    }
    expect(seen).toEqual(expected);
    expect(await held(cpu.client)).toEqual(before);
  });

  it("end at the model's own end of sequence, unless told otherwise", async () => {
    const free = rowOf(await generated(model, [prompts[0]!]), 0);
    const generation = { ...model.generation, eosIds: [free[2]!] };
    const ending = programSet(model, { generation });
    const tokens: number[] = [];
    for await (const { token } of generate(ending, [prompts[0]!], { maxNewTokens: 12 })) tokens.push(token);
    expect(tokens).toEqual(free.slice(0, free.indexOf(free[2]!) + 1));
  });
});

describe("a generation that is given up", () => {
  it("ends at once, and nothing stays behind", async () => {
    const before = await held(cpu.client);
    const controller = new AbortController();
    const seen: number[] = [];
    const run = async () => {
      const options = { maxNewTokens: 50, eosIds: [], signal: controller.signal };
      for await (const { token } of generate(model, [prompts[0]!], options)) {
        if (seen.push(token) === 3) controller.abort();
      }
    };
    await expect(run()).rejects.toThrow(/^aborted: generate was aborted after \d+ ms/);
    expect(seen).toHaveLength(3);
    await expect.poll(() => held(cpu.client)).toEqual(before);
  });

  it.each([1, 16])("has a time for all its tokens, %i a call", async (tokensPerCall) => {
    const options = { eosIds: [], tokensPerCall };
    // Its programs are kept, whoever asked for them first.
    await generated(model, [prompts[0]!], { ...options, maxNewTokens: 2 });
    const before = await held(cpu.client);
    await expect(
      generated(model, [prompts[0]!], { ...options, maxNewTokens: 1_000_000, timeoutMs: 100 }),
    ).rejects.toThrow(/^aborted: generate did not end in \d+ ms/);
    // A step that had begun ends on its own: what follows counts what is held.
    await expect.poll(() => held(cpu.client)).toEqual(before);
  });
});

describe("logits that are not finite", () => {
  /** The tiny model with one weight that is not a number. */
  function spoilt(): Checkpoint {
    const checkpoint = formulaCheckpoint(griffin.configure(tinier), 7);
    const name = "model.final_norm.weight";
    const tensor = checkpoint.tensors.get(name)!;
    const read = async () => {
      const bytes = await tensor.read();
      new Float32Array(bytes.buffer)[3] = Number.NaN;
      return bytes;
    };
    return { ...checkpoint, tensors: new Map([...checkpoint.tensors, [name, { ...tensor, read }]]) };
  }

  it.each([
    ["best tokens", {}],
    ["drawn tokens", { topK: 1 }],
  ] as const)("are an error, not %s, and nothing stays behind", async (_, options: GenerateOptions) => {
    const before = await held(cpu.client);
    using other = await Model.load(cpu.client, griffin.configure(tinier), spoilt(), {
      allowNonFinite: true,
      cache: compiledInThisRun,
    });
    const failure = await generated(other, [prompts[0]!], options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GriffinError);
    expect((failure as GriffinError).message).toBe(
      [
        "generation error: the model's logits are not finite numbers",
        "  got:      no token to choose",
        "  hint:     check the weights, or compute in f32",
      ].join("\n"),
    );
    other.close();
    expect(await held(cpu.client)).toEqual(before);
  });

  it.each([
    ["greedy", {}],
    ["drawn", { topK: 1 }],
  ] as const)(
    "end the row that they belong to, and the error names it after the others' last token: %s",
    async (_, options) => {
      const { client, generation } = model;
      const right = await generated(model, prompts, { maxNewTokens: 4, ...options });
      const before = await held(client);
      /** Row 1 of what each decode gives is no number. */
      const run: ProgramSet["run"] = async (key, ...rest) => {
        const { outputs, ...results } = await model.run(key, ...rest);
        if (key.kind !== "decode") return { outputs, ...results };
        const spoil = async (name: string, elementType: "f32" | "i32", bad: number, width: number) => {
          using buffer = outputs.get(name)!;
          const bytes = await buffer.toHost();
          const data = elementType === "f32" ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
          data.fill(bad, width, 2 * width);
          return [name, await client.toDevice({ elementType, dimensions: buffer.dimensions, data })] as const;
        };
        const logits = await spoil("logits", "f32", Number.NaN, generation.vocabSize);
        return { ...results, outputs: new Map([...outputs, logits, await spoil("next", "i32", -1, 1)]) };
      };
      const spoilt = programSet(model, { run });
      const tokens: { row: number; token: number }[] = [];
      const collect = async () => {
        for await (const token of generate(spoilt, prompts, { maxNewTokens: 4, eosIds: [], ...options }))
          tokens.push(token);
      };
      await expect(collect()).rejects.toThrow(
        /^generation error: the model's logits are not finite numbers\n {2}got: .*\n {2}at: {7}row 1 of 0 to 2\n/,
      );
      const rowTokens = (row: number) =>
        tokens.filter((token) => token.row === row).map(({ token }) => token);
      expect([0, 1, 2].map(rowTokens)).toEqual([
        rowOf(right, 0),
        rowOf(right, 1).slice(0, 1),
        rowOf(right, 2),
      ]);
      expect(await held(client)).toEqual(before);
    },
  );
});
