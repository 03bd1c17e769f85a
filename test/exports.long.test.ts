import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "./cli/griffin.js";

const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, string>>;
};
const entries = Object.entries(exports);

test.each(entries)("%s is made from a source file", (_name, target) => {
  const source = target.replace("./dist/", "").replace(/\.js$/, ".ts");
  expect(existsSync(join(root, source))).toBe(true);
});

test.each(entries)("%s can be imported as it is built", async (_name, target) => {
  const module = (await import(pathToFileURL(join(root, target)).href)) as object;
  expect(Object.keys(module).length).toBeGreaterThan(0);
});

test("source maps lead to files that are in the package: chunks of models have one each, others none", () => {
  const dist = join(root, "dist");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" });
  const maps = files.filter((name) => name.endsWith(".map"));
  const scripts = files.filter((name) => name.endsWith(".js"));
  expect(scripts.filter((name) => name.startsWith("models/")).map((name) => `${name}.map`)).toEqual(
    expect.arrayContaining(maps),
  );
  const sourcesOf = (map: string) => {
    const { sources } = JSON.parse(readFileSync(join(dist, map), "utf8")) as {
      readonly sources: readonly string[];
    };
    return sources.map((source) => relative(root, join(dist, dirname(map), source)));
  };
  const sources = maps.flatMap(sourcesOf);
  expect(sources).toContain("models/griffin.ts");
  expect(
    sources.filter((source) => !source.startsWith("models/") || !existsSync(join(root, source))),
  ).toEqual([]);
  const withComment = scripts.filter((name) =>
    /^\/\/# sourceMappingURL=\S+\s*$/m.test(readFileSync(join(dist, name), "utf8").slice(-200)),
  );
  expect(withComment.map((name) => `${name}.map`).sort()).toEqual([...maps].sort());
});

test("an error of one entry is the error class of another", async () => {
  const load = (name: string) => import(pathToFileURL(join(root, exports[name]!)).href);
  const { GriffinError } = (await load(".")) as typeof import("../src/index.js");
  const { parseModule } = (await load("./ir")) as typeof import("../src/ir/index.js");
  expect(() => parseModule("module {")).toThrow(GriffinError);
});

test("./ir reads, checks, changes and prints a program by itself", async () => {
  const ir = (await import(
    pathToFileURL(join(root, exports["./ir"]!)).href
  )) as typeof import("../src/ir/index.js");
  const module = ir.parseModule(`func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = stablehlo.negate %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}`);
  ir.verifyModule(module);
  const main = ir.findFunction(module, "main")!;
  const { last } = ir.bodyOf(main)!;
  ir.setOperands(last!, [new ir.Emitter(ir.Builder.before(last!)).unary("exponential", last!.operands[0]!)]);
  const input = ir.elementsFromNumbers(ir.tensorType([2], "f32"), [0, 1]);
  const [result] = ir.interpretFunction(module, "main", [input]);
  expect([ir.numberAt(result!, 0), ir.numberAt(result!, 1)]).toEqual([1, Math.fround(Math.exp(-1))]);
  expect(ir.printModule(ir.deserializePortable(ir.serializePortable(module)).module)).toBe(`module {
  func.func @main(%arg0: tensor<2xf32>) -> tensor<2xf32> {
    %0 = stablehlo.negate %arg0 : tensor<2xf32>
    %1 = stablehlo.exponential %0 : tensor<2xf32>
    return %1 : tensor<2xf32>
  }
}
`);
});

test("the passes an entry knows do not depend on what else is imported", async () => {
  const passes = (await import(
    pathToFileURL(join(root, exports["./passes"]!)).href
  )) as typeof import("../src/passes/index.js");
  const names = passes.standardPasses.map(({ name }) => name);
  await import(pathToFileURL(join(root, exports["."]!)).href);
  expect(passes.standardPasses.map(({ name }) => name)).toEqual(names);
  const targets = (await import(
    pathToFileURL(join(root, exports["./targets"]!)).href
  )) as typeof import("../src/targets/index.js");
  expect(targets.allPasses.names).toEqual(expect.arrayContaining(names));
});

test("a package that extends this one uses exported names alone, of entries that there are", () => {
  const folder = join(root, "test/extension");
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const imported = files.flatMap((file) =>
    ts
      .preProcessFile(readFileSync(join(folder, file), "utf8"))
      .importedFiles.map(({ fileName }) => ({ file, name: fileName })),
  );
  const own = new Set(files.map((file) => `./${file.replace(/\.ts$/, ".js")}`));
  const entry = (name: string): boolean => name.replace(/^stablegriffin(?=\/|$)/, ".") in exports;
  const wrong = imported.filter(
    ({ name }) => !own.has(name) && !entry(name) && !["vitest", "zod"].includes(name),
  );
  expect(wrong).toEqual([]);
  const used = new Set(imported.map(({ name }) => name).filter(entry));
  for (const name of ["dsl", "extension", "ir", "model", "passes", "targets", "testing"])
    expect(used).toContain(`stablegriffin/${name}`);
});
