import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin } from "../griffin.js";
import { MLP, modules } from "./files.js";

test("lower takes a program that a module of TypeScript exports, and the author's places go with it", async () => {
  const folder = await modules({ "model.ts": MLP });
  const file = join(folder, "model.ts");
  const { exitCode, stdout, stderr } = await griffin(["lower", `${file}#mlp`, "--locations"]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^module @mlp \{$/m);
  expect(stdout).toContain(`loc("${file}":8:58)`); // x.add
  expect(stdout).toContain(`loc("${file}":12:27)`); // dot
  expect(stdout).not.toContain(":12:30");
});

test("the export need not be named where only one may be meant, or one is the default", async () => {
  const folder = await modules({
    "one.ts": MLP,
    "default.ts": `${MLP}\nexport const other = mlp;\nexport default () => mlp;\n`,
    "async.ts": `${MLP.replace("export const", "const")}\nexport const made = async () => mlp;\n`,
  });
  for (const name of ["one.ts", "default.ts", "async.ts"]) {
    const { exitCode, stdout } = await griffin(["lower", join(folder, name)]);
    expect([name, exitCode]).toEqual([name, 0]);
    expect(stdout).toMatch(/^module @mlp/);
  }
});

test("places on the first line of a module are the author's, too", async () => {
  const line = `import { axis, program, spec } from "stablegriffin/dsl"; export const p = program({ name: "p", inputs: { x: spec([axis("b", 2)], "f32") } }, ({ x }) => ({ y: x.add(x) }));`;
  const folder = await modules({ "model.ts": line });
  const { stdout } = await griffin(["lower", join(folder, "model.ts"), "--locations"]);
  expect(stdout).toContain(`model.ts":1:${line.indexOf("add(x)") + 1})`);
});

test("modules import others of TypeScript, with the extension of what they become", async () => {
  const folder = await modules({
    "sizes.ts": "export enum Size { Batch = 2 }\n",
    "model.ts": MLP.replace("sizes.batch", "Size.Batch as number").replace(
      "const sizes: Sizes = { batch: 2 };",
      'import { Size } from "./sizes.js";',
    ),
  });
  const { exitCode, stdout } = await griffin(["lower", join(folder, "model.ts")]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("tensor<2x3xf32>");
});

test("what a module prints goes to stderr: stdout is for results", async () => {
  const folder = await modules({ "model.ts": `${MLP}console.log("made %s", mlp.name);\n` });
  const { stdout, stderr } = await griffin(["lower", join(folder, "model.ts"), "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ programs: [{ name: "mlp" }] });
  expect(stderr).toBe("made mlp");
});

test("so does what its code prints when it is called later; after the command the console is as it was", async () => {
  const folder = await modules({
    "model.ts": `import { griffin } from "stablegriffin/models";
const { tiny } = griffin.presets;
export const mine = { ...tiny, program(key) { console.log("tracing %s", key.kind); return tiny.program(key); } };
`,
  });
  const { log } = console;
  const { stdout, stderr } = await griffin(["lower", join(folder, "model.ts"), "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ programs: [{ name: expect.any(String) }] });
  expect(stderr).toBe("tracing prefill");
  expect(console.log).toBe(log);
});

test("JavaScript is imported as Node does it, by the package that runs", async () => {
  const file = join(import.meta.dirname, "plain.mjs");
  const { exitCode, stdout, stderr } = await griffin(["lower", `${file}#twice`, "--locations"]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(`loc("${file}":7:8)`);
});
