/** README's first program, with its mistake, run as people run it: what Node prints is what README shows. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { blocksOf } from "../../tools/docs/examples.js";
import { root } from "../cli/griffin.js";

test("README's wrong width gives README's error", async () => {
  const blocks = blocksOf(await readFile(join(root, "README.md"), "utf8"));
  const { text: snippet } = blocks.find(({ source }) => source === "examples/lower.ts")!;
  const { text: error } = blocks.find(({ text }) => text.startsWith("shape error"))!;
  const wrong = snippet.replace('"down", [model, hidden]', '"down", [model, axis("hidden", 96)]');
  expect(wrong).not.toBe(snippet);
  // Where it can import the package by its name: inside the package.
  const file = join(root, "dist", `readme-${process.pid}.mjs`);
  onTestFinished(() => rm(file, { force: true }));
  await writeFile(file, wrong);
  const { stderr } = await execa(process.execPath, [file], { reject: false });
  expect(stderr.replace(file, "lower.mjs")).toContain(error.trimEnd());
});
