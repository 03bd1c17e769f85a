import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { griffin, root } from "../cli/griffin.js";
import { demoArtifact } from "./demo-artifact.js";
import { demo } from "./exported.js";

const readmeOf = (folder: string) => readFile(join(folder, "README.md"), "utf8");

test("the README's Node program runs in the artifact's folder, and gives the tokens of the command", async () => {
  const folder = await demoArtifact({ batch: 2 });
  const readme = await readmeOf(folder);
  const [code] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, text]) => text!);
  // Inside the package, where it can be imported by its name.
  const file = join(root, "dist", `artifact-readme-${process.pid}.mjs`);
  onTestFinished(() => rm(file, { force: true }));
  await writeFile(file, code!);
  const { stdout } = await execa(process.execPath, [file], { cwd: folder });
  const lines = stdout.split("\n").map((line) => line.split(" ").map(Number));
  const row = (r: number) => lines.flatMap(([of, token]) => (of === r ? [token] : []));
  expect(row(0)).toEqual(row(1));
  const args = ["--tokens", "2,3,4,5", "--max-new-tokens", "8", "--no-cache"];
  const expected = await griffin(["generate", "--model", demo, ...args]);
  expect(row(0).join()).toBe(expected.stdout);
});

test("it tells what the artifact is, where its weights are, and the place of every argument", async () => {
  const readme = await readmeOf(await demoArtifact({ withWeights: true, text: true }));
  expect(readme.split("\n").slice(0, 12)).toEqual([
    "# demo-kjv, exported by stablegriffin",
    "",
    "Model `griffin`: 6 layers (2 of local attention), width 128, vocabulary 260. It computes in f32,",
    "lowered for `cpu`: 1 sequence side by side, prompts read in pieces of at most 16 tokens.",
    "`manifest.json` describes everything here and holds the SHA-256 of every file; `manifest.sha256` holds its own.",
    "Made by stablegriffin 9.9.9.",
    "",
    "## Weights",
    "",
    "The weights lie in `weights/`: `model.safetensors`.",
    "",
    "## Run it with stablegriffin",
  ]);
  expect(readme).toContain("| argument | type | prepare | prefill_1x16 | extend_1x16 | decode_1x1 |\n");
  expect(readme).toContain("| input tokens | i32 [1, 16] |  | 0 | 0 |  |\n");
  expect(readme).toContain("| state num_tokens | i32 [1] |  |  | 3 | 3 |\n");
  expect(readme).toMatch(/^\| prepared [0-9a-f]{16} \| /m);
});
