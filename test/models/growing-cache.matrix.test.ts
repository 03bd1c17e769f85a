import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { llama } from "../../models/index.js";
import { llamaPresets } from "../../models/llama/presets.js";
import { Model } from "../../src/engine/index.js";
import { restoreSession, saveSession, Session } from "../../src/serving/index.js";
import { formulaCheckpoint } from "../../src/weights/index.js";
import { temporaryFolder } from "../cli/griffin.js";
import { useCpu } from "../dsl/cpu.js";
import { compiledInThisRun } from "../engine/tiny.js";
import { generated } from "../serving/generated.js";
import { errorText } from "../weights/files.js";

const cpu = useCpu();
/** A Llama that holds 20 tokens of a sequence. */
const sized = (contextSize: number) =>
  llama.configure({ ...llamaPresets["tiny-llama"], windows: [null], contextSize, dtype: "f32" });
const definition = sized(20);
let model: Model;
beforeAll(async () => {
  await using checkpoint = formulaCheckpoint(definition, 5);
  model = await Model.load(cpu.client, definition, checkpoint, { cache: compiledInThisRun });
});
afterAll(() => model.close());

const text = (count: number): number[] => Array.from({ length: count }, (_, i) => 2 + ((i * 7) % 60));
function close(actual: Float32Array | undefined, expected: Float32Array | undefined): void {
  for (const [i, value] of actual!.entries()) expect(value).toBeCloseTo(expected![i]!, 4);
}

test("a session goes on, forks and goes back in caches that grow: always as the same text read at once", async () => {
  using session = new Session(model, 2, { chunk: 4 });
  await session.prefill([text(5), text(3)]);
  using mark = await session.mark();
  using fork = await session.fork();
  const [first, second] = await session.append([text(13).slice(5), []]);
  using whole = new Session(model, 2, { chunk: 4 });
  const [expected] = await whole.prefill([text(13), [2]]);
  close(first, expected);
  expect(second).toBeUndefined();
  // What the session read meanwhile is not seen by the fork, or after going back.
  const other = await fork.decode([9, text(4)[3]!]);
  await session.rewind(mark);
  const again = await session.decode([9, text(4)[3]!]);
  close(again[0], other[0]);
  using short = new Session(model, 2, { chunk: 4 });
  const [, four] = await short.prefill([[...text(5), 9], text(4)]);
  close(again[1], four);
  expect([session.lengths, fork.lengths]).toEqual([
    [6, 4],
    [6, 4],
  ]);
});

test("what goes beyond the cache is an error, before anything is computed", async () => {
  const complaint = (got: number, row = 0) =>
    [
      `usage error: row ${row} would have more tokens than the model holds of a sequence`,
      "  expected: at most 20",
      `  got:      ${got}`,
      "  hint:     a shorter prompt, fewer new tokens, or a larger capacity, if max_position_embeddings in config.json allows it",
    ].join("\n");
  using session = new Session(model, 2, { chunk: 4 });
  expect(await errorText(() => session.prefill([[2], text(21)]))).toBe(complaint(21, 1));
  await session.prefill([text(20), text(3)]);
  expect(await errorText(() => session.decode([5, 5]))).toBe(complaint(21));
  expect(await errorText(() => session.append([[], text(18)]))).toBe(complaint(21, 1));
  // Rows that are given nothing do not count, and the session is as it was.
  await session.append([[], text(17)]);
  expect(session.lengths).toEqual([20, 20]);
  expect(await errorText(() => generated(model, [text(15)], { maxNewTokens: 7 }))).toBe(complaint(21));
});

test("a generation to the end of the cache is the same as the prompt read anew for each token", async () => {
  const tokens = (await generated(model, [text(15)], { maxNewTokens: 6, chunk: 4 })).map(
    ({ token }) => token,
  );
  const anew: number[] = [];
  for (let i = 0; i < 6; i++) {
    const [next] = await generated(model, [[...text(15), ...anew]], { maxNewTokens: 1, chunk: 16 });
    anew.push(next!.token);
  }
  expect(tokens).toEqual(anew);
  // As many as there is room for, where no number is asked for.
  expect(await generated(model, [text(18)], { maxNewTokens: undefined, chunk: 4 })).toHaveLength(3);
});

test("a session that was saved with caches of another capacity says which, and is gone on from with that", async () => {
  const path = join(await temporaryFolder(), "session.safetensors");
  {
    using session = new Session(model, 1, { chunk: 4 });
    await session.prefill([text(5)]);
    await saveSession(session, path);
  }
  await using checkpoint = formulaCheckpoint(definition, 5);
  using larger = await Model.load(cpu.client, sized(24), checkpoint, { cache: compiledInThisRun });
  expect((await errorText(() => restoreSession(larger, path))).replaceAll(path, "FILE")).toBe(
    [
      "session error: capacity: the session was saved with caches of another capacity",
      "  expected: 24 tokens",
      "  got:      20 tokens",
      "  at:       FILE",
      "  hint:     load the model with capacity 20 (--capacity 20), or read the text again",
    ].join("\n"),
  );
  using same = await Model.load(cpu.client, sized(24), checkpoint, {
    cache: compiledInThisRun,
    capacity: 20,
  });
  using restored = (await restoreSession(same, path, { chunk: 4 })).session;
  using whole = new Session(model, 1, { chunk: 4 });
  await whole.prefill([text(5)]);
  expect(await restored.decode([9])).toEqual(await whole.decode([9]));
});

test("a generation has caches that its texts fit: the same tokens as in caches of all that the model holds", async () => {
  const large = sized(1024);
  await using checkpoint = formulaCheckpoint(large, 5);
  const load = (capacity?: number) =>
    Model.load(cpu.client, large, checkpoint, { cache: compiledInThisRun, capacity });
  using chosen = await load();
  using whole = await load(1024);
  const tokensOf = async (of: Model, prompts: readonly number[][]) =>
    (await generated(of, prompts, { chunk: 64 })).map(({ row, token }) => [row, token]);
  for (const prompts of [[text(15), text(3)], [text(300)], [text(15)]])
    expect(await tokensOf(chosen, prompts)).toEqual(await tokensOf(whole, prompts));
  const cachesOf = async (of: Model) => {
    const { arguments: all } = await of.interfaceOf({ kind: "decode", batch: 1, time: 1 });
    return all.find(({ role, name }) => role === "state" && name.endsWith("keys"))!.dimensions;
  };
  expect(await cachesOf(chosen.forTokens(27))).toEqual([1, 256, 2, 8]);
  expect(await cachesOf(chosen.forTokens(312))).toEqual([1, 512, 2, 8]);
  expect(chosen.forTokens(257)).toBe(chosen.forTokens(512));
  expect(chosen.forTokens(600)).toBe(chosen);
  expect(whole.forTokens(27)).toBe(whole);
});

/** What may be done with a session; texts are given by their numbers of tokens. */
const doings = fc.oneof(
  { weight: 4, arbitrary: fc.record({ read: fc.constantFrom(64, 192, 256) }) },
  { weight: 2, arbitrary: fc.constant("decode" as const) },
  fc.constantFrom("mark" as const, "rewind" as const, "fork" as const, "save" as const, "swap" as const),
);

test("caches grow with their texts: the same numbers as in caches of all that the model holds, wherever a session goes", async () => {
  const large = sized(1024);
  await using checkpoint = formulaCheckpoint(large, 5);
  const load = (capacity?: number) =>
    Model.load(cpu.client, large, checkpoint, { cache: compiledInThisRun, capacity });
  using growing = await load();
  using whole = await load(1024);
  const path = join(await temporaryFolder(), "session.safetensors");
  /** The logits of every step, by one model. */
  async function walk(
    of: Model,
    steps: readonly (typeof doings extends fc.Arbitrary<infer T> ? T : never)[],
  ) {
    const made: Float32Array[] = [];
    let session = new Session(of, 2, { chunk: 64 });
    let mark = undefined as Awaited<ReturnType<Session["mark"]>> | undefined;
    const next = (session: Session, count: number) =>
      session.lengths.map((length) => text(length + count).slice(length));
    const keep = (logits: readonly (Float32Array | undefined)[]) =>
      made.push(...logits.filter((row) => row !== undefined));
    try {
      keep(await session.prefill([text(5), text(3)]));
      for (const step of steps) {
        if (typeof step === "object") keep(await session.append(next(session, step.read)));
        else if (step === "decode") keep(await session.decode(next(session, 1).flat()));
        else if (step === "mark") {
          mark?.close();
          mark = await session.mark();
        } else if (step === "rewind") {
          if (mark !== undefined) await session.rewind(mark);
        } else if (step === "save") {
          await saveSession(session, path);
          session.close();
          session = (await restoreSession(of, path, { chunk: 64 })).session;
        } else if (step === "fork") {
          const fork = await session.fork();
          session.close();
          session = fork;
        } else {
          using other = new Session(of, 1, { chunk: 64 });
          await other.prefill([text(7)]);
          await session.replaceRow(1, other);
        }
      }
      return { made, lengths: session.lengths };
    } finally {
      mark?.close();
      session.close();
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(doings, { minLength: 2, maxLength: 8 }), async (steps) => {
      const read = steps.reduce((sum, step) => sum + (typeof step === "object" ? step.read : 1), 5);
      fc.pre(read <= 1024);
      const [grown, expected] = [await walk(growing, steps), await walk(whole, steps)];
      expect(grown.lengths).toEqual(expected.lengths);
      for (const [i, row] of grown.made.entries()) close(row, expected.made[i]);
    }),
    {
      numRuns: 5,
      examples: [
        [
          [
            { read: 256 },
            "mark",
            "fork",
            { read: 192 },
            "decode",
            "save",
            { read: 256 },
            "swap",
            "rewind",
            "decode",
          ],
        ],
      ],
    },
  );
}, 240_000);

test("a session may have all tokens that the model holds, and one more is an error that says so", async () => {
  const large = sized(600);
  await using checkpoint = formulaCheckpoint(large, 5);
  using model = await Model.load(cpu.client, large, checkpoint, { cache: compiledInThisRun });
  using session = new Session(model, 1, { chunk: 64 });
  await session.prefill([text(256)]);
  await session.append([text(599).slice(256)]);
  await session.decode([5]);
  expect(await errorText(() => session.decode([5]))).toBe(
    [
      "usage error: row 0 would have more tokens than the model holds of a sequence",
      "  expected: at most 600",
      "  got:      601",
      "  hint:     a shorter prompt, fewer new tokens, or a larger capacity, if max_position_embeddings in config.json allows it",
    ].join("\n"),
  );
  expect(session.lengths).toEqual([600]);
});

test("a session that was saved while it was small is gone on from with a model of that capacity", async () => {
  const large = sized(1024);
  const path = join(await temporaryFolder(), "session.safetensors");
  await using checkpoint = formulaCheckpoint(large, 5);
  using growing = await Model.load(cpu.client, large, checkpoint, { cache: compiledInThisRun });
  using session = new Session(growing, 1, { chunk: 64 });
  await session.prefill([text(5)]);
  await saveSession(session, path);
  using small = await Model.load(cpu.client, large, checkpoint, { cache: compiledInThisRun, capacity: 256 });
  using restored = (await restoreSession(small, path, { chunk: 64 })).session;
  expect(await restored.decode([9])).toEqual(await session.decode([9]));
});
