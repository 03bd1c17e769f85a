import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeSafetensors } from "../../../src/weights/index.js";
import { griffin, griffinJson } from "../griffin.js";
import { MLP, modules } from "./files.js";

const f32 = (shape: readonly number[], values: readonly number[]) =>
  ({ dtype: "f32", shape, data: new Uint8Array(Float32Array.from(values).buffer) }) as const;

/** Six tokens of linear attention: one chunk, or a loop over tokens or over smaller chunks. */
const STATES = `import { axis, linearAttention, program, spec } from "stablegriffin/dsl";
const [time, key, channel] = [axis("time", 6), axis("key", 2), axis("channel", 3)] as const;
export const states = program(
  {
    name: "states",
    inputs: {
      row: spec([time, key], "f32"),
      value: spec([time, channel], "f32"),
      logDecay: spec([time], "f32"),
      state: spec([key, channel], "f32"),
    },
  },
  ({ row, ...given }) => {
    const axes = { time: "time", key: "key", value: "channel" } as const;
    return { y: linearAttention({ query: row, key: row, ...given, axes }).y };
  },
);
`;

const INPUTS = { x: f32([2, 3], [1, 2, 3, 4, 5, 6]) };
const WEIGHTS = { w: f32([3, 2], [1, 0, 0, 1, 1, 1]) };

test("export writes a module's program, which run takes by its names, with the weights that lie beside", async () => {
  const folder = await modules({ "model.ts": MLP });
  const [input, weights, path] = ["in.safetensors", "w.safetensors", "mlp"].map((name) => join(folder, name));
  await writeSafetensors(input!, INPUTS);
  await writeSafetensors(weights!, WEIGHTS);
  const made = await griffin([
    "export",
    `${join(folder, "model.ts")}#mlp`,
    "-o",
    path!,
    "--weights",
    weights!,
  ]);
  expect(made.stdout.replaceAll(folder, "DIR").split("\n").slice(-2)).toEqual([
    expect.stringMatching(/^DIR\/mlp: 5 files, .* kB, StableHLO 1\.10\.0$/),
    "griffin run DIR/mlp --input in.safetensors      griffin inspect DIR/mlp",
  ]);
  expect(await griffinJson(["run", path!, "--interpret", "--input", input!])).toEqual({
    results: [{ name: "y", type: "tensor<2x2xf32>", values: [8, 10, 20, 22] }],
  });
  const { stdout } = await griffin(["inspect", "--verify", path!]);
  expect(stdout.replaceAll(folder, "DIR").split("\n").slice(0, 9)).toEqual([
    expect.stringMatching(/^DIR\/mlp: program "mlp", folder, schema 1, made by stablegriffin \d/),
    "  program   StableHLO 1.10.0, lowered for cpu",
    "  weights   weights.safetensors",
    "",
    "            type                    role       name",
    "argument 0  f32 [batch 2, model 3]  input      x",
    "argument 1  f32 [model 3, out 2]    parameter  w",
    "result 0    f32 [batch 2, out 2]    output     y",
    "",
  ]);
});

test("export writes a program of a file, too; its text lowered again is the same program", async () => {
  const folder = await modules({ "model.ts": MLP });
  const [text, path, again] = ["mlp.mlir", "mlp.zip", "again.zip"].map((name) => join(folder, name));
  await griffin(["lower", join(folder, "model.ts"), "-o", text!]);
  for (const [from, to] of [
    [text!, path!],
    [join(folder, "model.ts"), again!],
  ] as const)
    expect(await griffinJson(["export", from, "-o", to])).toMatchObject({
      program: "mlp",
      stablehlo: "1.10.0",
    });
  expect(await readFile(path!)).toEqual(await readFile(again!));
});

test("export lowers a program as its options say: matrix states step by step, though GPUs take chunks", async () => {
  const folder = await modules({ "model.ts": STATES });
  const loops = async (...args: readonly string[]): Promise<number> => {
    const path = join(folder, `out-${args.join("")}`);
    const from = join(folder, "model.ts");
    await griffinJson(["export", from, "--target", "gpu", "--text", ...args, "-o", path]);
    return (await readFile(join(path, "program.mlir"), "utf8")).split("stablehlo.while").length - 1;
  };
  expect(await loops()).toBe(0);
  expect(await loops("--matrix-states", "sequential")).toBe(1);
  expect(await loops("--matrix-states", "chunked", "--matrix-states-chunk", "2")).toBe(1);
});

test("what a program does not go with, and what a model does not, is told", async () => {
  const folder = await modules({ "model.ts": MLP });
  const path = join(folder, "out");
  const refused = async (...args: readonly string[]) =>
    (await griffin(["export", ...args, "-o", path])).stderr.split("\n");
  expect(
    await refused(join(folder, "model.ts"), "--preset", "tiny", "--batch", "2", "--no-samplers"),
  ).toEqual([
    "usage error: mlp is a program, which options of models do not go with",
    "  expected: no --preset, --batch, --no-samplers",
    "  hint:     --weights FILE has its parameters by name",
  ]);
  expect(await refused("--preset", "tiny", "--weights", "w.safetensors")).toEqual([
    "usage error: --weights goes with a program",
    "  hint:     the weights of a model lie in the folder that --model names",
  ]);
  await griffin(["export", join(folder, "model.ts"), "-o", path]);
  const generated = await griffin(["generate", "--artifact", path, "--tokens", "1"]);
  expect(generated.stderr.replaceAll(folder, "DIR").split("\n")).toEqual([
    "artifact error: manifest.json: an artifact of something else",
    "  expected: a model",
    '  got:      a program, "mlp"',
    "  at:       DIR/out",
    "  hint:     griffin run DIR/out",
  ]);
});
