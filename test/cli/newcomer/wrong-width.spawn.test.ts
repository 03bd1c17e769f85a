import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { execa } from "execa";
import ts from "typescript";
import { expect, test } from "vitest";
import { root, temporaryFolder } from "../griffin.js";
import { trace } from "./wrong-width.js";

const model = fileURLToPath(new URL("wrong-width.ts", import.meta.url));

/** What a newcomer reads: the axis with both sizes, the line of the model file, both operands, and a way out. */
const wordsOf = (file: string): string =>
  [
    'shape error: dot: axis "hidden" is 128 in x and 96 in y',
    `  at:       ${file}:13:17`,
    '  | return { y: dot(up, down, "hidden") };',
    "  |             ^",
    "  x: [batch 2, hidden 128] f32",
    "  y: [model 64, hidden 96] f32",
    '  hint:     if they mean different things, rename one: x.rename({ hidden: "..." })',
  ].join("\n");

test("a wrong width names the axis and the line of the model file, in a test run", () => {
  expect(() => trace()).toThrow(expect.objectContaining({ message: wordsOf(model) }));
});

/** The model in a folder of its own: its source, and beside it what that compiles to against the built package. */
async function compileModel(): Promise<{ source: string; compiled: string }> {
  const source = await readFile(model, "utf8");
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    inlineSourceMap: true,
  };
  const { outputText } = ts.transpileModule(source, { fileName: model, compilerOptions });
  const dsl = pathToFileURL(join(root, "dist/src/dsl/index.js")).href;
  const folder = await temporaryFolder();
  const files = { source: join(folder, "wrong-width.ts"), compiled: join(folder, "wrong-width.mjs") };
  const [code, map] = outputText.replace("../../../src/dsl/index.js", dsl).split("//# sourceMappingURL");
  const run = "try { trace(); } catch (error) { console.log(error.message); }";
  await writeFile(files.source, source);
  await writeFile(files.compiled, `${code}${run}\n//# sourceMappingURL${map}`);
  return files;
}

test("a wrong width names the axis and the line of the model file, in the built package", async () => {
  const { source, compiled } = await compileModel();
  const { stdout } = await execa(process.execPath, ["--enable-source-maps", compiled]);
  expect(stdout).toBe(wordsOf(source));
});

test("a width that does not fit the model of this package names a line of models/griffin.ts", async () => {
  const script = `
    process.setSourceMapsEnabled(true);
    const { griffinProgram } = await import("stablegriffin/models/griffin");
    const { models: [{ presets: { tiny } }] } = await import("stablegriffin/models");
    const config = { ...tiny, lruWidth: tiny.lruWidth + 1 };
    try { griffinProgram(config, { kind: "decode", batch: 1, time: 1, dtype: "f32" }); }
    catch (error) { console.log(error.message); }`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script], { cwd: root });
  expect(stdout).toMatch(/^(shape|trace) error: /);
  expect(stdout).toMatch(/models\/griffin\.ts:\d+:\d+/);
});
