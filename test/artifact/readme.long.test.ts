import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { demoArtifact } from "./demo-artifact.js";

test("the README of an artifact tells what the artifact is, where its weights are, and the place of every argument", async () => {
  const readme = await readFile(
    join(await demoArtifact({ withWeights: true, text: true, samplers: true }), "README.md"),
    "utf8",
  );
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
  expect(readme).toContain(
    "| `programs/sampler_1.mlirbc` | sampler_1: draws the next token of each sequence from logits | 1.10.0 | 1 |\n",
  );
  expect(readme).toContain(
    "| argument | type | prepare | prefill_1x16 | extend_1x16 | decode_1x1 | sampler_1 | sampler_1_cut | ",
  );
  expect(readme).toContain(`| input tokens | i32 [1, 16] |  | 0 | 0 |  |${"  |".repeat(6)}\n`);
  expect(readme).toContain(`| state num_tokens | i32 [1] |  |  | 3 | 3 |${"  |".repeat(6)}\n`);
  expect(readme).toMatch(/^\| prepared [0-9a-f]{16} \| /m);
});
