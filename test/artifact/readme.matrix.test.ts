import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { griffin, root } from "../cli/griffin.js";
import { demoArtifact } from "./demo-artifact.js";
import { demo } from "./exported.js";

test("the README's Node program runs in the artifact's folder, and gives the tokens of the command", async () => {
  const folder = await demoArtifact({ batch: 2 });
  const readme = await readFile(join(folder, "README.md"), "utf8");
  const [code] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, text]) => text!);
  // Inside the package, where it can be imported by its name.
  const file = join(root, "dist", `artifact-readme-${process.pid}.mjs`);
  onTestFinished(() => rm(file, { force: true }));
  await writeFile(file, code!);
  const { stdout } = await execa(process.execPath, [file], { cwd: folder });
  const lines = stdout.split("\n").map((line) => line.split(" ").map(Number));
  const row = (r: number) => lines.flatMap(([of, token]) => (of === r ? [token] : []));
  expect(row(0)).toEqual(row(1));
  const args = ["--tokens", "2,3,4,5", "--max-new-tokens", "8"];
  const expected = await griffin(["generate", "--model", demo, ...args]);
  expect(row(0).join()).toBe(expected.stdout);
});
