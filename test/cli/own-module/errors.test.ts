import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin } from "../griffin.js";
import { MLP, modules } from "./files.js";

/** What `griffin lower` says of a module; its folder is DIR. */
async function complaint(files: Readonly<Record<string, string>>, word: string) {
  const folder = await modules(files);
  const { exitCode, stdout, stderr } = await griffin(["lower", join(folder, word)]);
  expect(stdout).toBe("");
  return [exitCode, ...stderr.replaceAll(folder, "DIR").split("\n")];
}

const TWO = `${MLP}\nexport const again = mlp;\nexport const count = 3;\nexport const sized = (n: number) => n;\n`;

test("a module that is not there", async () => {
  expect(await complaint({ "model.ts": MLP }, "modle.ts#mlp")).toEqual([
    3,
    "environment error: cannot read DIR/modle.ts",
    "  expected: a module: .ts, .mts, .cts, .js, .mjs or .cjs",
    "  got:      no such file",
    "  at:       DIR/modle.ts",
    "  hint:     did you mean DIR/model.ts?",
  ]);
});

test("an export that is not there", async () => {
  expect(await complaint({ "model.ts": MLP }, "model.ts#mlq")).toEqual([
    2,
    'usage error: DIR/model.ts has no export "mlq"',
    "  expected: a program, or a model, or a configured model",
    "  got:      mlp (a program)",
    "  at:       DIR/model.ts",
    "  hint:     did you mean mlp?",
  ]);
  expect(await complaint({ "model.ts": TWO }, "model.ts#perceptron")).toEqual([
    2,
    'usage error: DIR/model.ts has no export "perceptron"',
    "  expected: a program, or a model, or a configured model",
    "  got:      again (a program), count (a number), mlp (a program), sized (a function)",
    "  at:       DIR/model.ts",
    "  hint:     there is #again, #mlp",
  ]);
});

test("a module that exports nothing", async () => {
  expect(
    await complaint({ "model.ts": MLP.replace("export const mlp", "const mlp") }, "model.ts#mlp"),
  ).toEqual([
    2,
    'usage error: DIR/model.ts has no export "mlp"',
    "  expected: a program, or a model, or a configured model",
    "  got:      no exports",
    "  at:       DIR/model.ts",
    "  hint:     put export before what is meant: export const mlp = program(...)",
  ]);
});

test("several exports that may be meant", async () => {
  expect(await complaint({ "model.ts": TWO }, "model.ts")).toEqual([
    2,
    "usage error: DIR/model.ts has several exports that may be meant",
    "  expected: one of them: DIR/model.ts#again",
    "  got:      again (a program), count (a number), mlp (a program), sized (a function)",
    "  at:       DIR/model.ts",
  ]);
});

test("an export of another kind, and a function that nobody could call", async () => {
  expect(await complaint({ "model.ts": TWO }, "model.ts#count")).toEqual([
    2,
    "usage error: DIR/model.ts#count is a number",
    "  expected: a program, or a model, or a configured model",
    "  hint:     there is #again, #mlp",
  ]);
  expect(await complaint({ "model.ts": TWO }, "model.ts#sized")).toEqual([
    2,
    "usage error: DIR/model.ts#sized is a function with parameters, which nobody would give it",
    "  expected: what it makes, or a function without parameters",
    "  got:      1 parameter",
    "  hint:     export const sizedSmall = () => sized(...)",
  ]);
});

test("an exception while the module loads, at its line, though another module has it", async () => {
  const files = {
    "helper.ts": "interface A {\n  b: { c: number };\n}\nexport const f = (a: A): number => a.b.c;\n",
    "model.ts": 'import { f } from "./helper.js";\nexport const x = f({} as never);\n',
  };
  expect(await complaint(files, "model.ts")).toEqual([
    1,
    "module error: DIR/model.ts does not load",
    "  got:      TypeError: Cannot read properties of undefined (reading 'c')",
    "  at:       DIR/helper.ts:4:40",
    "  | export const f = (a: A): number => a.b.c;",
    "  |                                        ^",
  ]);
});

test("an exception of an export that makes a program", async () => {
  const files = { "model.ts": 'export const p = async () => {\n  throw new RangeError("no size");\n};\n' };
  expect(await complaint(files, "model.ts#p")).toEqual([
    1,
    "module error: DIR/model.ts#p fails",
    "  got:      RangeError: no size",
    "  at:       DIR/model.ts:2:9",
    '  | throw new RangeError("no size");',
    "  |       ^",
  ]);
});

/** A model whose programs are made by a body that is given. */
const model = (body: string): string => `import { griffin } from "stablegriffin/models";
const { tiny } = griffin.presets;
export const mine = {
  ...tiny,
  program(key: { readonly kind: string }) {
    ${body}
  },
};
`;

test("an exception of a model's code that the command calls later", async () => {
  const files = { "model.ts": model("throw new RangeError(key.kind);") };
  expect(await complaint(files, "model.ts")).toEqual([
    1,
    "module error: code of a module fails",
    "  got:      RangeError: prefill",
    "  at:       DIR/model.ts:6:11",
    "  | throw new RangeError(key.kind);",
    "  |       ^",
  ]);
});

test("an exception in a package that a module's code calls is shown where it calls it; --verbose shows all frames", async () => {
  const files = {
    "model.ts": `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};\n${model("return z.string().parse(1);")}`,
  };
  const folder = await modules(files);
  const { stdout, stderr } = await griffin(["lower", join(folder, "model.ts"), "--verbose"]);
  expect(stdout).toBe("");
  expect(stderr).toContain(`  at:       ${folder}/model.ts:7:23\n  | return z.string().parse(1);\n`);
  expect(stderr).toMatch(/^caused by: ZodError:.*$/m);
});

test("a module that is no TypeScript", async () => {
  const files = { "model.ts": "export const a = 1;\nexport const b: number = = 2;\n" };
  expect(await complaint(files, "model.ts")).toEqual([
    1,
    "module error: DIR/model.ts does not load",
    "  got:      SyntaxError: Unexpected token",
    "  at:       DIR/model.ts:2:26",
    "  | export const b: number = = 2;",
    "  |                          ^",
  ]);
});

test("an import of a package, or of a file, that is not there", async () => {
  const imports = (what: string) => ({
    "model.ts": `import x from "${what}";\nexport const y: string = x;\n`,
  });
  expect(await complaint(imports("@nobody/left-pad/deep"), "model.ts")).toEqual([
    3,
    "environment error: DIR/model.ts imports a package that is not there",
    "  got:      @nobody/left-pad/deep",
    "  at:       DIR/model.ts",
    "  hint:     npm install @nobody/left-pad",
  ]);
  expect((await complaint(imports("./gone.js"), "model.ts")).slice(0, 3)).toEqual([
    3,
    "environment error: DIR/model.ts imports a file that is not there",
    "  got:      ./gone.js",
  ]);
});

test("a word that names no module, and options beside a program that is traced already", async () => {
  expect((await griffin(["lower", "model.tx"])).stderr.split("\n")).toEqual([
    'usage error: "model.tx" is no module',
    "  expected: a file of TypeScript or JavaScript and one of its exports: ./my-model.ts#name",
  ]);
  const folder = await modules({ "model.ts": MLP });
  const { stderr } = await griffin(["lower", join(folder, "model.ts"), "--preset", "tiny", "--batch", "2"]);
  expect(stderr.split("\n")).toEqual([
    "usage error: a program of a module is traced already",
    "  expected: no --preset, --batch",
  ]);
});
