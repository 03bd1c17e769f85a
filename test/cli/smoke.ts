/** @file For tests: one cheap run of each command, of the package as it is built. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { QUICK_COMPILE } from "../../tools/support/xla-flags.js";
import { spawnGriffin, temporaryFolder } from "./griffin.js";

type SmokeRun = readonly [command: string, args: string, printed: RegExp];

const program = `func.func @main() -> tensor<2xf32> {
  %0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = stablehlo.add %0, %0 : tensor<2xf32>
  return %1 : tensor<2xf32>
}
`;

/** One cheap run of each command, with a question on its input, FOLDER a new one with program.mlir and text.txt in it, and what it prints. */
export const smokeRuns: readonly SmokeRun[] = [
  ["demo", "demo --max-new-tokens 2", /And it came to pass in those days, that/],
  ["doctor", "doctor", /^stablegriffin /],
  ["generate", "generate --model golden/demo-kjv --prompt In --max-new-tokens 2", /^..$/],
  ["chat", "chat --model golden/demo-kjv --max-new-tokens 2", /^\S+/],
  [
    "train",
    "train --model golden/demo-kjv --data FOLDER/text.txt --steps 1 --length 8 --batch 1 --optimizer sgd --remat everything --out FOLDER/trained",
    /done: 1 steps, loss \d/,
  ],
  ["eval", "eval --model golden/demo-kjv --data FOLDER/text.txt --batch 1", /1 example, 62 tokens/],
  ["golden", "golden check golden/packed-small-window --dtype f32", /packed-small-window/],
  ["export", "export --preset tiny-hawk --chunk 4 -o FOLDER/artifact", /decode_1x1/],
  ["convert", "convert golden/demo-kjv FOLDER/model.pt", /model\.pt: torch, 100 tensors/],
  ["inspect", "inspect golden/demo-kjv/model.safetensors", /: safetensors, 112 tensors/],
  ["lower", "lower --preset tiny-hawk", /^module /],
  ["cost", "cost FOLDER/program.mlir --target cpu", /^main for cpu: 1 instruction/],
  ["opt", "opt FOLDER/program.mlir --pass-pipeline=fold", /dense<\[2\.0+e\+00, 4\.0+e\+00\]>/],
  ["run", "run FOLDER/program.mlir", /tensor<2xf32> +2 +4 +3 +2 4/],
  ["conform", "conform --filter client", /client\.is process 0 +pass/],
  ["plugin", "plugin list", /cpu/],
  ["graph", "graph FOLDER/program.mlir", /"stablehlo\.add"/],
  ["completion", "completion bash", /complete .*griffin/],
  ["version", "version", /^\d+\.\d+\.\d+$/],
];

/** Those that `npm test` tries: the first that people try, one that takes the plugin without a model, one that needs neither. */
export const firstCommands: readonly string[] = ["demo", "run", "inspect"];

/** Fails when the command does not end well, or prints something else. */
export async function expectToRun([, args, printed]: SmokeRun): Promise<void> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "program.mlir"), program);
  await writeFile(join(folder, "text.txt"), "And it came to pass in those days, that all went to be taxed.");
  const words = args.split(" ").map((word) => word.replace("FOLDER", folder));
  const options = { env: { XLA_FLAGS: QUICK_COMPILE }, input: "Who art thou?\n" };
  const { exitCode, stdout, stderr } = await spawnGriffin(words, options);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringMatching(/error/) });
  expect(stdout).toMatch(printed);
}
