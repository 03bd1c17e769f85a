import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every source file that a file imports, directly or not, types included; relative to the project's folder. */
function reachable(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const { importedFiles } = ts.preProcessFile(ts.sys.readFile(join(root, file))!);
  for (const { fileName } of importedFiles) {
    if (!fileName.startsWith(".")) continue;
    const target = relative(root, resolve(root, dirname(file), fileName)).replaceAll("\\", "/");
    reachable(target.replace(/\.js$/, ".ts"), seen);
  }
  return seen;
}

/** Every source file that is loaded with a file: neither those that it imports types of alone, nor those that it loads later. */
function loadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = ts.createSourceFile(file, ts.sys.readFile(join(root, file))!, ts.ScriptTarget.Latest);
  for (const statement of source.statements) {
    const isImport = ts.isImportDeclaration(statement);
    if (!isImport && !ts.isExportDeclaration(statement)) continue;
    const from = statement.moduleSpecifier;
    const isType = isImport ? statement.importClause?.isTypeOnly === true : statement.isTypeOnly;
    if (isType || from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith(".")) continue;
    const target = relative(root, resolve(root, dirname(file), from.text)).replaceAll("\\", "/");
    loadedWith(target.replace(/\.js$/, ".ts"), seen);
  }
  return seen;
}

const folders = (files: Iterable<string>) =>
  [...new Set([...files].map((file) => file.split("/").slice(0, 2).join("/")))].sort();

test("what runs an artifact reaches neither DSL, passes, lowering, IR, models nor engine", () => {
  expect(folders(reachable("src/artifact/index.ts"))).toEqual([
    "src/artifact",
    "src/grammar",
    "src/program",
    "src/runtime-pjrt",
    "src/serving",
    "src/support",
    "src/tokens",
    "src/weights",
  ]);
});

test("what formats of texts need is not loaded with what runs an artifact, but when a format is asked for", () => {
  const loaded = folders(loadedWith("src/artifact/index.ts"));
  expect(loaded).toContain("src/tokens");
  expect(loaded).not.toContain("src/grammar");
  expect(folders(loadedWith("src/tokens/formats/format.ts"))).toContain("src/grammar");
});

test("the front door reaches them all: imports are followed", () => {
  const all = folders(reachable("src/index.ts"));
  for (const folder of ["src/dsl", "src/passes", "src/lowering", "src/ir", "src/engine", "src/model"]) {
    expect(all).toContain(folder);
  }
});
