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

test("the same walk from the front door reaches them all: it follows imports", () => {
  const all = folders(reachable("src/index.ts"));
  for (const folder of ["src/dsl", "src/passes", "src/lowering", "src/ir", "src/engine", "src/model"]) {
    expect(all).toContain(folder);
  }
});
