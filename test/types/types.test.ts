import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const directive = /^ *\/\/ @ts-expect-error/;

const accepted = join(here, "must-compile.ts");
const rejected = join(here, "must-not-compile.ts");

/** Lines, from 1, on which the compiler complains, by file; both are one program, for most of the time goes to what they import. */
function complaints(texts: ReadonlyMap<string, string>): ReadonlyMap<string, readonly number[]> {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, incremental: false, tsBuildInfoFile: undefined },
    root,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name);
    return text === undefined
      ? getSourceFile(name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return new Map(
    [...texts.keys()].map((path) => {
      const file = program.getSourceFile(path)!;
      const lines = program
        .getSemanticDiagnostics(file)
        .map(({ start }) => file.getLineAndCharacterOfPosition(start!).line + 1);
      return [path, [...new Set(lines)].sort((a, b) => a - b)];
    }),
  );
}

describe("the DSL's types", () => {
  const lines = readFileSync(rejected, "utf8").split("\n");
  const mistakes = lines.flatMap((line, i) => (directive.test(line) ? [i + 2] : []));
  let found: ReadonlyMap<string, readonly number[]>;
  beforeAll(() => {
    const undirected = lines.map((line) => (directive.test(line) ? "" : line)).join("\n");
    found = complaints(
      new Map([
        [accepted, readFileSync(accepted, "utf8")],
        [rejected, undirected],
      ]),
    );
  });

  it("accept what a model author may write", () => {
    expect(found.get(accepted)).toEqual([]);
  });

  it("reject every mistake of must-not-compile.ts, on the statement after its directive", () => {
    expect(mistakes.length).toBeGreaterThan(50);
    expect(found.get(rejected)).toEqual(mistakes);
  });
});
