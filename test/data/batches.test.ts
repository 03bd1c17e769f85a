import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Batches, type BatchOptions, type Example } from "../../src/data/index.js";
import { errorText } from "../weights/files.js";
import { sourceOf } from "./examples.js";
import { bytesEncoder, shown } from "./encoder.js";

const pair = (prompt: string, completion: string): Example => ({ kind: "completion", prompt, completion });
const textOf = (text: string): Example => ({ kind: "text", text, ends: true });

const batchesOf = (examples: readonly Example[], options: Partial<BatchOptions> = {}) =>
  new Batches(sourceOf(examples), bytesEncoder, { batch: 2, width: 8, padId: 0, ...options });

/** Rows as text, with what is learnt in capitals' place: the mask, and positions. */
function rowsOf({ tokens, mask, positions }: Awaited<ReturnType<Batches["next"]>>, width = 8) {
  return Array.from({ length: tokens.length / width }, (_, row) => {
    const part = (all: Int32Array) => all.subarray(row * width, (row + 1) * width);
    return [shown(part(tokens)), part(mask).join(""), part(positions).join("")];
  });
}

test("of a prompt and its completion, the completion and the end are learnt; padding stands behind", async () => {
  const batch = await batchesOf([pair("ab", "cd"), pair("", "x")]).next();
  expect(rowsOf(batch)).toEqual([
    ["<abcd>__", "00011100", "01234567"],
    ["<x>_____", "01100000", "01234567"],
  ]);
  expect(batch.counted).toBe(5);
});

test("of a dialogue, what the assistant says is learnt, by the template", async () => {
  const messages = [
    { role: "user", content: "1" },
    { role: "assistant", content: "2" },
    { role: "user", content: "3" },
    { role: "assistant", content: "4" },
    { role: "user", content: "no answer" },
  ];
  const batch = await batchesOf([{ kind: "chat", messages }], { batch: 1, width: 18 }).next();
  expect(rowsOf(batch, 18).map((row) => row.slice(0, 2))).toEqual([
    ["<u:1;a:2;u:3;a:4;_", "000000011000000110"],
  ]);
});

test("a text of very many tokens is cut as any other", async () => {
  const batch = await batchesOf([textOf("x".repeat(300_000))], { width: 300_002 }).next();
  expect(batch.counted).toBe(2 * 300_001);
});

test("packed rows take as many examples as fit, each beginning at position 0", async () => {
  const examples = [pair("a", "b"), pair("c", "d"), pair("ef", "gh"), pair("i", "j")];
  const batches = batchesOf(examples, { packs: true });
  expect(rowsOf(await batches.next())).toEqual([
    ["<ab><cd>", "00110011", "01230123"],
    ["<efgh>__", "00011100", "01234567"],
  ]);
  expect(batches.position).toEqual({ epoch: 0, example: 3, piece: 0 });
  expect(rowsOf(await batches.next())[0]).toEqual(["<ij><ab>", "00110011", "01230123"]);
  expect(batches.position).toEqual({ epoch: 1, example: 2, piece: 0 });
});

test("a text is cut into rows, every token of it predicted once", async () => {
  const batches = batchesOf([textOf("abcdefghijk")], { width: 5 });
  expect(rowsOf(await batches.next(), 5)).toEqual([
    ["<abcd", "01111", "01234"],
    ["<efgh", "01111", "01234"],
  ]);
  expect(rowsOf(await batches.next(), 5)[0]).toEqual(["<ijk>", "01111", "01234"]);
});

test("the rest of a time round ends with rows of padding", async () => {
  const batches = batchesOf([pair("", "a"), pair("", "b"), pair("", "c")], { width: 3 });
  const all: unknown[] = [];
  for await (const batch of batches.rest()) all.push(rowsOf(batch, 3).map(([row]) => row));
  expect(all).toEqual([
    ["<a>", "<b>"],
    ["<c>", "___"],
  ]);
});

describe("bad examples", () => {
  test("one that is longer than a row is an error, or passed over", async () => {
    const examples = [pair("a", "b"), pair("abcdef", "ghi"), pair("c", "d")];
    expect(await errorText(() => batchesOf(examples, { batch: 3 }).next())).toBe(
      [
        "data error: an example is longer than a row",
        "  expected: at most 8 tokens",
        "  got:      11 tokens",
        "  at:       data.jsonl:2",
        "  hint:     read 10 tokens a row or more (--length), or pass over what is longer (--skip-long)",
      ].join("\n"),
    );
    const batches = batchesOf(examples, { skipsLong: true });
    expect(rowsOf(await batches.next()).map(([row]) => row)).toEqual(["<ab>____", "<cd>____"]);
    expect(batches.skipped).toBe(1);
  });

  test("one that follows a full batch is told when it is needed", async () => {
    const batches = batchesOf([pair("a", "b"), pair("c", "d"), pair("abcdef", "ghi")]);
    expect(rowsOf(await batches.next()).map(([row]) => row)).toEqual(["<ab>____", "<cd>____"]);
    expect(batches.position).toEqual({ epoch: 0, example: 2, piece: 0 });
    expect(await errorText(() => batches.next())).toContain("at:       data.jsonl:3");
  });

  test("when all are passed over, nothing is left", async () => {
    const batches = batchesOf([pair("abcdef", "ghi")], { skipsLong: true });
    expect(await errorText(() => batches.next())).toBe(
      [
        "data error: no example is short enough for a row",
        "  expected: one or more that fit",
        "  got:      1 examples, all passed over",
        "  hint:     read more tokens a row (--length)",
      ].join("\n"),
    );
  });

  test("a dialogue without an answer", async () => {
    const chat: Example = { kind: "chat", messages: [{ role: "user", content: "hi" }] };
    expect(await errorText(() => batchesOf([chat]).next())).toBe(
      [
        "data error: nothing is to be learnt of a dialogue",
        "  expected: a message of the assistant, not an empty one",
        "  got:      messages of user",
        "  at:       data.jsonl:1",
      ].join("\n"),
    );
  });

  test("data that got shorter than where they were left", async () => {
    const position = { epoch: 0, example: 3, piece: 0 };
    expect(
      await errorText(
        () => new Batches(sourceOf([textOf("a")]), bytesEncoder, { batch: 1, width: 4, padId: 0 }, position),
      ),
    ).toContain(
      "the data have fewer examples than were taken of them before\n  expected: more than 3 examples",
    );
  });
});

test("from any position the batches go on as they would have, packed or not, shuffled or not", async () => {
  const texts = fc.array(fc.string({ minLength: 1, maxLength: 25, unit: "grapheme-ascii" }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.boolean(),
      fc.option(fc.nat(), { nil: undefined }),
      fc.nat({ max: 8 }),
      async (all, packs, seed, taken) => {
        const options = { batch: 2, width: 7, padId: 0, packs, seed };
        const source = sourceOf(all.map(textOf));
        const first = new Batches(source, bytesEncoder, options);
        for (let i = 0; i < taken; i++) await first.next();
        const second = new Batches(source, bytesEncoder, options, first.position);
        expect(await second.next()).toEqual(await first.next());
        expect(second.position).toEqual(first.position);
      },
    ),
    { numRuns: 60 },
  );
});

test("each time round has an order of its own, in which every example comes once", async () => {
  const letters = [..."abcdefghij"];
  const batches = batchesOf(
    letters.map((letter) => pair("", letter)),
    { batch: 10, width: 3, seed: 7 },
  );
  const round = async () => rowsOf(await batches.next(), 3).map(([row]) => row![1]);
  const [first, second] = [await round(), await round()];
  expect([first.toSorted(), second.toSorted()]).toEqual([letters, letters]);
  expect(first).not.toEqual(letters);
  expect(second).not.toEqual(first);
});
