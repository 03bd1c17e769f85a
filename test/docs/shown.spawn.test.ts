/** Programs in documents, run as people run them: what Node prints, right or with the mistake that is told of, is what the document shows. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { blocksOf } from "../../tools/docs/examples.js";
import { mistakes, shownMistake } from "../../tools/docs/mistakes.js";
import { root } from "../cli/griffin.js";

/** What a program prints in a file of a name of its own, called `name` in what it prints. */
async function run(
  text: string,
  name: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  // Where it can import the package by its name: inside the package.
  const file = join(root, "dist", `shown-${process.pid}.mjs`);
  onTestFinished(() => rm(file, { force: true }));
  await writeFile(file, text);
  const { stdout, stderr } = await execa(process.execPath, [file], { reject: false });
  return { stdout, stderr: stderr.replace(file, name) };
}

test.each(mistakes)("$document: the wrong width gives the error that it shows", async (mistake) => {
  const text = await readFile(join(root, mistake.document), "utf8");
  const { mistaken, error } = shownMistake(text, mistake);
  expect((await run(mistaken, mistake.file)).stderr).toContain(error);
});

test("docs/tutorial.md: cell.js prints the numbers that it shows, which are those that it shows of numpy", async () => {
  const all = blocksOf(await readFile(join(root, "docs/tutorial.md"), "utf8"));
  const at = all.findIndex(({ source }) => source === "examples/tutorial/cell.ts");
  const { stdout } = await run(all[at]!.text, "cell.js");
  expect(`${stdout}\n`).toBe(all[at + 1]!.text);
  const numpy = all[all.findIndex(({ language }) => language === "python") + 1]!.text;
  expect(numpy.trim().split(/\s+/)).toEqual(stdout.split("\n")[1]!.split(" "));
});
