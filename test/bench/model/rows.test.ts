import { expect, test } from "vitest";
import { modelRows } from "../../../bench/model/rows.js";
import { terminalTable } from "../../../bench/results.js";

const side = (figures: Readonly<Record<string, number>>) => ({ figures: { ...figures }, versions: {} });

const ours = side({
  prefill: 800,
  "decode step": 20,
  "compile of the prefill": 1500,
  "compile of the decode step": 1000,
  "peak memory": 900e6,
  "weights, bytes": 0.36e9,
});
const flax = side({
  prefill: 1600,
  "prefill, logits of every position": 2000,
  "decode step": 70,
  "compile of the prefill": 9000,
  "compile of the decode step": 3000,
  "peak memory": 3000e6,
});
const transformers = side({ prefill: 1000, "decode step": 40, "peak memory": 1200e6 });

test("f32: prefill is held against Flax, decode against the fastest peer and against the speed of memory", () => {
  const peers = { Flax: flax, transformers };
  const rows = modelRows({ ours, peers, msPerGigabyte: 50 }, "f32", 1024);
  expect(
    terminalTable(rows)
      .split("\n")
      .map((line) => line.replace(/ +/g, " ")),
  ).toEqual([
    "what ours Flax transformers recurrentgemma PyTorch against ratio must goal reached",
    "prefill of 1024, tokens/s 1280.0 640.0 1024.0 - Flax 2.00x 1.3x 2x goal",
    "the same against Flax with logits of every position 1280.0 512.0 - - Flax 2.50x - - -",
    "decode, tokens/s 50.0 14.3 25.0 - transformers 2.00x 1.8x - must",
    "compile of the prefill, s 1.50 9.00 - - Flax 6.00x 4x - must",
    "compile of the decode step, s 1.00 3.00 - - Flax 3.00x - - -",
    "peak memory, MB 900 3000 1200 - transformers 1.33x - - -",
    "decode: weights read, GB/s; time in that of reading them at 20 GB/s 18.0 - - - the bound 1.11x - 1.1x no",
    "compile of the prefill, s, alone 1.50 - - - - - - 2 s goal",
  ]);
});

test("bf16: prefill is held against the fastest peer", () => {
  const rows = modelRows({ ours, peers: { Flax: flax, transformers }, msPerGigabyte: 50 }, "bf16", 1024);
  const [prefill, , decode] = rows;
  expect(prefill).toMatchObject({
    against: "transformers",
    ratio: "1.25x",
    must: "1x",
    goal: "1.5x",
    reached: "must",
  });
  expect(decode).toMatchObject({
    against: "transformers",
    ratio: "2.00x",
    must: "1.3x",
    goal: "2.5x",
    reached: "must",
  });
});

test("without peers there are no ratios, and nothing counts as reached but what ours alone is asked for", () => {
  const rows = modelRows({ ours, peers: {}, msPerGigabyte: 50 }, "f32", 1024);
  expect(rows.map(({ against, ratio, reached }) => [against, ratio, reached].join(" "))).toEqual([
    ...["- - -", "- - -", "- - -", "- - -", "- - -", "- - -"],
    "the bound 1.11x no",
    "- - goal",
  ]);
});
