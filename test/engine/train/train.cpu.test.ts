import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.js";
import { knownModels } from "../../../src/cli/models.js";
import { openState } from "../../../src/engine/train/state-file.js";
import { openCheckpoint, openSafetensors, openStore } from "../../../src/weights/index.js";
import { griffin } from "../../cli/griffin.js";
import { bigram } from "../../training/bigram.js";
import { jsonLines, workshop } from "./bigram-folder.js";

const models = knownModels([bigram]);
type Workshop = Awaited<ReturnType<typeof workshop>>;

const SMALL = ["--batch", "2", "--length", "10", "--learning-rate", "0.05", "--seed", "3"];
const begin = ({ model, data }: Workshop, out: string, ...flags: readonly string[]) => [
  ...["train", "--model", model, "--data", data, "--out", out],
  ...SMALL,
  ...flags,
];

const run = (args: readonly string[]) => griffin(args, { models });

/** Losses told in a folder's log. */
async function lossesIn(folder: string): Promise<readonly number[]> {
  const lines = (await readFile(join(folder, "log.jsonl"), "utf8")).trim().split("\n");
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === "step")
    .map(({ loss }) => loss);
}

/** All tensors of a file, as bytes. */
async function tensorsOf(path: string): Promise<Readonly<Record<string, string>>> {
  await using file = await openStore(path);
  const read = [...file.tensors.values()].map(async (one) => [
    one.name,
    Buffer.from(await one.read()).toString("hex"),
  ]);
  return Object.fromEntries(await Promise.all(read));
}

/** Runs with an interrupt when a line that fits is printed. */
async function interruptedAt(pattern: RegExp, args: readonly string[]): Promise<number> {
  let interrupt: (() => void) | undefined;
  const stdout = new PassThrough();
  stdout.on("data", (part: Buffer) => {
    if (pattern.test(part.toString())) interrupt?.();
  });
  const io = { stdout, stderr: new PassThrough().resume(), stdin: Readable.from([]), env: process.env };
  const onInterrupt = (listener: () => void) => {
    interrupt = listener;
    return () => undefined;
  };
  return runCommandLine(args, { ...io, onInterrupt }, models);
}

test("a training that is interrupted, and gone on with, makes the same numbers bit for bit, and learns", async () => {
  const shop = await workshop();
  const flags = [
    "--steps",
    "9",
    "--schedule",
    "cosine",
    "--warmup",
    "2",
    "--pack",
    "--accumulate",
    "2",
    "--clip",
    "1",
    "--save-every",
    "99",
  ];
  const whole = await run(begin(shop, shop.out, ...flags, "--eval", shop.data, "--eval-every", "4"));
  expect(whole.exitCode, whole.stderr).toBe(0);
  const parts = join(shop.folder, "parts");
  expect(await interruptedAt(/"event":"step","step":4,/, [...begin(shop, parts, ...flags), "--json"])).toBe(
    130,
  );
  expect(await lossesIn(parts)).toHaveLength(4);
  const rest = await run(["train", "--resume", parts]);
  expect(rest.exitCode, rest.stderr).toBe(0);
  const losses = await lossesIn(shop.out);
  expect(await lossesIn(parts)).toEqual(losses);
  expect(losses).toHaveLength(9);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.5);
  for (const file of ["model.safetensors", "training.safetensors"])
    expect(await tensorsOf(join(parts, file))).toEqual(await tensorsOf(join(shop.out, file)));
  // What people see, and find.
  const lines = whole.stdout.replaceAll(shop.folder, "DIR").split("\n");
  expect(lines.map((line) => line.replaceAll(/\d+\.\d+[MkB ]*/g, "N "))).toEqual([
    "bigram, two matrices: N of N parameters are trained",
    "5 examples, 2 x 10 tokens x 2 a step, adamw, rate N , 9 steps",
    expect.stringMatching(/^memory: N \(parameters N , optimiser N , temporaries N \)$/),
    "step 0: test loss N , perplexity N ",
    "step 4: test loss N , perplexity N best",
    "step 8: test loss N , perplexity N best",
    "step 9: test loss N , perplexity N best",
    "step 9: kept in DIR/out",
    "done: 9 steps, loss N , best test loss N at step 9",
    "try it: griffin generate --model DIR/out --prompt ...",
  ]);
  const weights = await tensorsOf(join(shop.out, "model.safetensors"));
  expect(await tensorsOf(join(shop.out, "best/model.safetensors"))).toEqual(weights);
  expect(await readFile(join(shop.out, "curves.svg"), "utf8")).toContain("<polyline");
  const config = await readFile(join(shop.model, "config.json"), "utf8");
  expect(await readFile(join(shop.out, "config.json"), "utf8")).toBe(config);
});

test("with LoRA only adapters are trained; what is saved has them merged, and beside", async () => {
  const shop = await workshop();
  const { exitCode, stderr } = await run(
    begin(shop, shop.out, "--steps", "3", "--lora-rank", "2", "--lora-alpha", "4"),
  );
  expect(exitCode, stderr).toBe(0);
  await using before = await openCheckpoint(shop.model);
  await using after = await openCheckpoint(shop.out);
  await using adapter = await openSafetensors(join(shop.out, "adapter/adapter_model.safetensors"));
  const read = async (from: typeof before | typeof adapter, name: string) =>
    new Float32Array((await from.tensors.get(name)!.read()).buffer);
  for (const name of ["table.weight", "head.bias"])
    expect(await read(after, name)).toEqual(await read(before, name));
  expect([...adapter.tensors.keys()].sort()).toEqual([
    "base_model.model.head.lora_A.weight",
    "base_model.model.head.lora_B.weight",
  ]);
  const [a, b] = [
    await read(adapter, "base_model.model.head.lora_A.weight"),
    await read(adapter, "base_model.model.head.lora_B.weight"),
  ];
  const [old, merged] = [await read(before, "head.weight"), await read(after, "head.weight")];
  expect(merged).not.toEqual(old);
  merged.forEach((value, i) => {
    const [row, column] = [Math.floor(i / 4), i % 4];
    const product = b[2 * row]! * a[column]! + b[2 * row + 1]! * a[4 + column]!;
    expect(Math.abs(value - (old[i]! + 2 * product))).toBeLessThan(1e-6);
  });
});

test("adapters that are gone on with are those that were kept: losses and states bit for bit as without the stop", async () => {
  const shop = await workshop();
  const parts = join(shop.folder, "parts");
  const lora = ["--lora-rank", "2", "--pack"];
  for (const [out, steps] of [
    [shop.out, "5"],
    [parts, "2"],
  ] as const) {
    const { exitCode, stderr } = await run(begin(shop, out, ...lora, "--steps", steps));
    expect(exitCode, stderr).toBe(0);
  }
  const rest = await run(["train", "--resume", parts, "--steps", "5"]);
  expect(rest.exitCode, rest.stderr).toBe(0);
  const losses = await lossesIn(shop.out);
  expect(new Set(losses).size).toBe(5);
  expect(await lossesIn(parts)).toEqual(losses);
  for (const file of ["training.safetensors", "adapter/adapter_model.safetensors"])
    expect(await tensorsOf(join(parts, file))).toEqual(await tensorsOf(join(shop.out, file)));
});

test("with --ema tests are made of the average, which is what is saved; a training goes on from both", async () => {
  const shop = await workshop();
  const flags = ["--ema", "0.9", "--eval", shop.data, "--no-shuffle"];
  const { exitCode, stderr } = await run(begin(shop, shop.out, "--steps", "4", ...flags));
  expect(exitCode, stderr).toBe(0);
  const state = await tensorsOf(join(shop.out, "training.safetensors"));
  const saved = await tensorsOf(join(shop.out, "model.safetensors"));
  for (const [name, bytes] of Object.entries(saved)) {
    expect(bytes).toBe(state[`optimizer.average.${name}`]);
    expect(bytes).not.toBe(state[name]);
  }
  // The first test of a training that starts from what was saved is the last one of that training.
  const events = async (folder: string) =>
    (await readFile(join(folder, "log.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === "eval");
  const next = join(shop.folder, "next");
  const again = await run(begin({ ...shop, model: shop.out }, next, "--steps", "1", ...flags));
  expect(again.exitCode, again.stderr).toBe(0);
  expect((await events(next))[0].loss).toBe((await events(shop.out)).at(-1).loss);
});

test("a training is gone on with as it was computed and tested, but for what is given; of other tests none was the best", async () => {
  const shop = await workshop();
  const ways = ["--eval", shop.data, "--eval-every", "2", "--precision", "highest", "--attention", "dense"];
  const go = async (args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await run([...args, "--json"]);
    expect(exitCode, stderr).toBe(0);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .flatMap(({ event, step, best }) => (event === "eval" ? [[step, best]] : []));
  };
  expect(await go(begin(shop, shop.out, "--steps", "2", ...ways))).toEqual([
    [0, false],
    [2, true],
  ]);
  expect(await go(["train", "--resume", shop.out, "--steps", "5"])).toEqual([
    [4, true],
    [5, true],
  ]);
  const strange = join(shop.folder, "strange.jsonl");
  await writeFile(strange, jsonLines([{ text: "zqzq" }]));
  expect(await go(["train", "--resume", shop.out, "--steps", "6", "--eval", strange])).toEqual([[6, true]]);
  await using state = await openState(shop.out);
  expect(state.ways).toEqual({
    evalData: [strange],
    evalEvery: 2,
    precision: "highest",
    attention: "dense",
  });
});

describe("what goes wrong is told, and what was kept stays", () => {
  const complaint = async (shop: Workshop, ...flags: readonly string[]) => {
    const { exitCode, stderr } = await run(begin(shop, shop.out, ...flags));
    return { exitCode, text: stderr.replaceAll(shop.folder, "DIR") };
  };

  test("a loss that is not finite, with the step and the first tensor", async () => {
    const shop = await workshop();
    const flags = ["--steps", "5", "--save-every", "1", "--optimizer", "sgd", "--learning-rate", "1e38"];
    const { exitCode, text } = await complaint(shop, ...flags);
    expect(exitCode).toBe(1);
    expect(text).toMatch(
      /training error: the (?:loss|norm of the gradients) of step \d is (?:NaN|-?Infinity): nothing is learnt any more/,
    );
    expect(text).toMatch(
      /got: {6}not finite, first: (?:parameter|the gradient of) \S+: (?:NaN|-?Infinity) at element \d+/,
    );
    expect(text).toMatch(/at: {7}DIR\/out, as it was after step \d/);
    await using state = await openSafetensors(join(shop.out, "training.safetensors"));
    expect(Object.keys(state.metadata)).toEqual(["stablegriffin.training"]);
  });

  test("where parameters are finite, the first activation that is not, as the model names it", async () => {
    const flags = ["--steps", "5", "--optimizer", "sgd", "--learning-rate", "1e8", "--dtype", "f16"];
    const { exitCode, text } = await complaint(await workshop(), ...flags);
    expect(exitCode).toBe(1);
    expect(text).toMatch(
      /got: {6}not finite, first: the activation hidden: (?:NaN|-?Infinity) at element \d+/,
    );
  });

  test("an example that is longer than a row, with its line, before anything is learnt; with --skip-long it is counted", async () => {
    const shop = await workshop();
    const long = { prompt: "a", completion: "b".repeat(20) };
    await writeFile(shop.data, jsonLines([...Array(5).fill({ text: "ab" }), long]));
    const { exitCode, text } = await complaint(shop, "--plugin", "/there/is/none");
    expect(exitCode).toBe(1);
    expect(text).toBe(
      [
        "data error: an example is longer than a row",
        "  expected: at most 11 tokens",
        "  got:      23 tokens",
        "  at:       DIR/data.jsonl:6",
        "  hint:     read 22 tokens a row or more (--length), or pass over what is longer (--skip-long)",
      ].join("\n"),
    );
    const held = join(shop.folder, "held.jsonl");
    await writeFile(held, jsonLines([{ text: "ab" }, long]));
    await writeFile(shop.data, jsonLines(Array(5).fill({ text: "ab" })));
    expect((await complaint(shop, "--eval", held)).text).toContain("at:       DIR/held.jsonl:2");
    const { stdout } = await run(
      begin(shop, shop.out, "--eval", held, "--skip-long", "--steps", "1", "--data", held),
    );
    expect(stdout).toContain(
      "7 examples, 2 x 10 tokens a step, adamw, rate 0.05, 1 steps\n1 of them are longer than a row, and passed over\nof the test 1 are longer than a row, and passed over\n",
    );
  });

  test("too little memory, before anything is put on the device", async () => {
    const { exitCode, text } = await complaint(await workshop(), "--memory", "1KiB");
    expect(exitCode).toBe(3);
    expect(text.slice(text.indexOf("environment error"))).toMatch(
      /^environment error: the training does not fit into memory\n {2}expected: at most 0.00000102 GB\n {2}got: {6}\S+ GB: parameters \S+ GB, optimiser \S+ GB, temporaries \S+ GB\n {2}hint: {5}a smaller --batch/,
    );
  });

  test.each([
    [
      "a pattern that freezes nothing",
      ["--freeze", "norm"],
      [
        "usage error: no parameter is called like /norm/",
        "  expected: a regular expression that fits names of the checkpoint",
        "  got:      norm",
        "  hint:     names are such as table.weight, head.bias",
      ],
    ],
    [
      "a setting that the optimiser has not",
      ["--optimizer", "sgd", "--weight-decay", "0.1"],
      [
        "usage error: sgd has no weightDecay",
        "  expected: no setting but the learning rate",
        "  got:      weightDecay 0.1",
      ],
    ],
    [
      "nothing that is trained",
      ["--freeze", "."],
      [
        "training error: no parameter of model bigram is trained",
        "  expected: one or more of its parameters",
        "  got:      none of them chosen",
      ],
    ],
  ])("%s", async (_what, flags, lines) => {
    const { text } = await complaint(await workshop(), ...flags);
    expect(text.slice(text.search(/(?:usage|training) error/)).split("\n")).toEqual(lines);
  });

  test("a folder that is taken, a training that is not there, or that is to go on otherwise", async () => {
    const shop = await workshop();
    const text = async (args: readonly string[]) =>
      (await run(args)).stderr.replaceAll(shop.folder, "DIR").replace(/^.*\n(?=usage)/s, "");
    expect(await text(begin(shop, shop.model))).toBe(
      [
        "usage error: DIR/model has model.safetensors already",
        "  expected: a folder without a model",
        "  hint:     the model that is trained stays as it is",
      ].join("\n"),
    );
    expect(await text(["train", "--resume", shop.folder])).toBe(
      [
        "usage error: there is no training to go on with",
        "  expected: training.safetensors, as griffin train writes it",
        "  at:       DIR",
      ].join("\n"),
    );
    expect((await run(begin(shop, shop.out, "--steps", "1"))).exitCode).toBe(0);
    expect(await text(["train", "--resume", shop.out, "--batch", "3", "--steps", "2"])).toBe(
      [
        "usage error: a training goes on as it began",
        "  expected: batch 2",
        "  got:      batch 3",
        "  hint:     leave these out, or begin another training from the model that was saved",
      ].join("\n"),
    );
    await writeFile(shop.data, jsonLines(Array(3).fill({ text: "bb" })));
    expect(
      (await text(["train", "--resume", shop.out, "--steps", "2"])).replaceAll(/[0-9a-f]{64}/g, "HASH"),
    ).toBe(
      [
        "usage error: the data are not those that the training began with",
        "  expected: files of SHA-256 HASH",
        "  got:      HASH",
        "  hint:     --allow-other-data goes on with these, from their first example",
      ].join("\n"),
    );
    const moved = join(shop.folder, "moved.jsonl");
    await writeFile(moved, jsonLines([{ text: "bb" }]));
    const other = ["--data", moved, "--allow-other-data", "--steps", "2"];
    expect((await run(["train", "--resume", shop.out, ...other])).exitCode).toBe(0);
    expect((await run(["train", "--resume", shop.out, "--steps", "3"])).exitCode).toBe(0);
    expect(await text(["train", "--out", shop.out])).toBe(
      "usage error: no model given\n  expected: --model DIR and --data FILE, or --resume DIR",
    );
  });
});
