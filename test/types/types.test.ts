import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const directive = /^ *\/\/ @ts-expect-error/;

/** Lines of a file, from 1, on which the compiler complains; `text` stands for what the file holds. */
function complaints(path: string, text: string): number[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, incremental: false, tsBuildInfoFile: undefined },
    root,
  );
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  host.readFile = (name) => (name === path ? text : readFile(name));
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const compiled = ts.createProgram([path], options, host);
  const file = compiled.getSourceFile(path)!;
  return compiled
    .getSemanticDiagnostics(file)
    .map(({ start }) => file.getLineAndCharacterOfPosition(start!).line + 1);
}

describe("the DSL's types", () => {
  it("accept what a model author may write", { timeout: 120_000 }, () => {
    const path = join(here, "must-compile.ts");
    expect(complaints(path, readFileSync(path, "utf8"))).toEqual([]);
  });

  it("reject every mistake of must-not-compile.ts, on the statement after its directive", {
    timeout: 120_000,
  }, () => {
    const path = join(here, "must-not-compile.ts");
    const lines = readFileSync(path, "utf8").split("\n");
    const mistakes = lines.flatMap((line, i) => (directive.test(line) ? [i + 2] : []));
    expect(mistakes.length).toBeGreaterThan(50);
    const found = new Set(
      complaints(path, lines.map((line) => (directive.test(line) ? "" : line)).join("\n")),
    );
    expect([...found].sort((a, b) => a - b)).toEqual(mistakes);
  });
});
