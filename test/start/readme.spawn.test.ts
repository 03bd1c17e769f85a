import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { root } from "../cli/griffin.js";

const readme = await readFile(join(root, "README.md"), "utf8");
const [snippet, compiled, differentiated] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(
  ([, code]) => code!,
);
const [error] = [...readme.matchAll(/```text\n(shape error.*?)```/gs)].map(([, text]) => text!);

/** Runs a program of the README where it can import the package by its name: inside the package. */
async function run(code: string) {
  const file = join(root, "dist", `readme-${process.pid}.mjs`);
  onTestFinished(() => rm(file, { force: true }));
  await writeFile(file, code);
  return { file, ...(await execa(process.execPath, [file], { reject: false })) };
}

test("the README's model prints its StableHLO", async () => {
  const { exitCode, stdout } = await run(snippet!);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^module @mlp \{\n {2}func\.func public @main\(%arg0: tensor<2x64xf32> \{griffin\.axes = \["batch", "model"\], griffin\.input = "x"\}, /,
  );
  expect(stdout).toContain("-> (tensor<2x64xf32> ");
});

test("the README's wrong width gives the README's error", async () => {
  const wrong = snippet!.replace('"down", [model, hidden]', '"down", [model, axis("hidden", 96)]');
  expect(wrong).not.toBe(snippet);
  const { file, stderr } = await run(wrong);
  expect(stderr.replace(file, "mlp.mjs")).toContain(error!.trimEnd());
});

test("the README's compiled function gives what it computes", async () => {
  const { exitCode, stdout } = await run(compiled!.replace('plugin: "cpu"', 'on: "interpreter"'));
  expect(exitCode).toBe(0);
  expect(stdout).toContain("[ 'batch', 'out' ] [ 2, 2 ] f32 Float32Array(4) [");
});

test("the README's gradients are part of the program that it prints", async () => {
  const { exitCode, stdout } = await run(differentiated!);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('tensor<8x64xf32> {griffin.axes = ["out", "model"], griffin.output = "dw"');
  expect(stdout).toContain("stablehlo.optimization_barrier");
});

test("every command of the README exists", async () => {
  const commands = [...readme.matchAll(/^\| `griffin (\w+)/gm)].map(([, name]) => name!);
  const { stdout } = await execa(process.execPath, [join(root, "dist/src/cli/main.js"), "--help"]);
  const known = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!);
  expect(commands.filter((name) => !known.includes(name))).toEqual([]);
  expect(known.filter((name) => name !== "help" && !commands.includes(name))).toEqual([]);
});
