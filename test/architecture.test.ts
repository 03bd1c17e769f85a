import { readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Which folders each folder may import from, besides itself (ARCHITECTURE.md). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/support": [],
  "src/ir": ["src/support"],
  "src/program": ["src/ir", "src/support"],
  "src/dsl": ["src/ir", "src/autodiff", "src/program", "src/support"],
  "src/nn": ["src/dsl", "src/support"],
  "src/autodiff": ["src/ir", "src/passes", "src/lowering", "src/support"],
  "src/passes": ["src/ir", "src/program", "src/support"],
  "src/lowering": ["src/ir", "src/passes", "src/support"],
  "src/targets": ["src/ir", "src/program", "src/passes", "src/lowering", "src/support"],
  "src/runtime-pjrt": ["src/support"],
  "src/weights": ["src/support"],
  "src/grammar": ["src/support"],
  "src/tokens": ["src/grammar", "src/support"],
  "src/data": ["src/tokens", "src/support"],
  "src/serving": ["src/program", "src/runtime-pjrt", "src/tokens", "src/weights", "src/support"],
  "src/artifact": [
    "src/program",
    "src/serving",
    "src/runtime-pjrt",
    "src/weights",
    "src/tokens",
    "src/support",
  ],
  "src/golden": ["src/model", "src/weights", "src/support"],
  "src/cost": ["src/runtime-pjrt", "src/support"],
  "src/model": ["src/dsl", "src/serving", "src/weights", "src/support"],
  models: ["src/dsl", "src/nn", "src/model"],
  "src/training": ["src/dsl", "src/model", "src/support"],
  "src/extension": ["src/model", "src/targets", "src/support"],
  "src/testing": [
    "ir",
    "passes",
    "lowering",
    "targets",
    "model",
    "golden",
    "weights",
    "engine",
    "support",
  ].map((name) => `src/${name}`),
  "src/engine": [
    "src/model",
    "src/extension",
    "src/training",
    ...[
      "ir",
      "dsl",
      "program",
      "passes",
      "lowering",
      "targets",
      "runtime-pjrt",
      "weights",
      "tokens",
      "data",
      "golden",
      "cost",
      "support",
    ].map((name) => `src/${name}`),
    "src/serving",
    "src/artifact",
  ],
};

/** The command line and the package's entry are where everything may meet. */
const free = ["src/cli", "src/index.ts"];

const files = ["src", "models"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name).split(sep).join("/")),
);

/** Files of ours that a file imports, relative to the project's folder. */
function importsOf(file: string): readonly string[] {
  const { importedFiles } = ts.preProcessFile(ts.sys.readFile(join(root, file))!);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) =>
      relative(root, resolve(root, dirname(file), name))
        .split(sep)
        .join("/")
        .replace(/\.js$/, ".ts"),
    );
}

const folderOf = (file: string): string =>
  file
    .split("/")
    .slice(0, file.startsWith("src/") ? 2 : 1)
    .join("/");
const imports = new Map(files.map((file) => [file, importsOf(file)]));

test("every folder is known, and imports only from those below it", () => {
  const wrong = files.flatMap((file) => {
    const folder = folderOf(file);
    if (free.includes(folder)) return [];
    const others = imports.get(file)!.filter((target) => folderOf(target) !== folder);
    return others
      .filter((target) => !allowed[folder]?.includes(folderOf(target)))
      .map((target) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
  expect(
    [...new Set(files.map(folderOf))].filter((folder) => !(folder in allowed) && !free.includes(folder)),
  ).toEqual([]);
});

test("the meaning of ops knows no strategy: of the lowerings it imports only what says how rows lie", () => {
  const meaning = "src/lowering/decompose/";
  const shared = ["src/lowering/time-layout.ts", "src/lowering/floor-mod.ts"];
  const wrong = files
    .filter((file) => file.startsWith(meaning))
    .flatMap((file) => imports.get(file)!.map((target) => `${file} imports ${target}`))
    .filter((line) => / imports src\/(?!ir\/)/.test(line))
    .filter((line) => ![meaning, ...shared].some((target) => line.includes(` imports ${target}`)));
  expect(wrong).toEqual([]);
});

test("no folders import each other in a circle", () => {
  const circles: string[] = [];
  const visit = (folder: string, path: readonly string[]): void => {
    if (path.includes(folder)) circles.push([...path, folder].join(" -> "));
    else for (const below of allowed[folder] ?? []) visit(below, [...path, folder]);
  };
  for (const folder of Object.keys(allowed)) visit(folder, []);
  expect(circles).toEqual([]);
});

test("the command line reads and writes only what it is given: streams, variables, files", () => {
  const wrong = files
    .filter((file) => file.startsWith("src/cli/") && file !== "src/cli/main.ts")
    .filter((file) => /\b(?:process|console)\./.test(ts.sys.readFile(join(root, file))!));
  expect(wrong).toEqual([]);
});

/** What a file imports when it is loaded: no types, nothing that waits for an `import()`. */
function loadedBy(file: string): readonly string[] {
  const source = ts.createSourceFile(file, ts.sys.readFile(join(root, file))!, ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    const isTypes = ts.isImportDeclaration(statement)
      ? statement.importClause?.isTypeOnly === true
      : statement.isTypeOnly;
    return moduleSpecifier === undefined || isTypes ? [] : [(moduleSpecifier as ts.StringLiteral).text];
  });
}

test("help and version load declarations: no engine, no plugin, two packages", () => {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const name of loadedBy(file)) {
      if (!name.startsWith(".")) packages.add(name);
      else visit(relative(root, resolve(root, dirname(file), name)).replace(/\.js$/, ".ts"));
    }
  };
  visit("src/cli/command-line.ts");
  expect([...packages].filter((name) => !name.startsWith("node:")).sort()).toEqual([
    "commander",
    "picocolors",
  ]);
  expect([...seen].filter((file) => file.endsWith("index.ts"))).toEqual([]);
});

/** What names a platform by itself: in PJRT's words, or as a target. */
const platformName = /^(?:cpu|gpu|tpu|cuda|rocm)(?::.*)?$/i;

/** Files that must know what PJRT plugins call their platforms, or where such plugins are found. */
const platformFiles: Readonly<Record<string, string>> = {
  "src/runtime-pjrt/client.ts": "devices of the CPU plugin are the host: results lie in the process's memory",
  "src/runtime-pjrt/install/discover.ts": "where Python packages keep the plugin of a platform",
  "src/weights/torch/write.ts": "where PyTorch is to put a storage",
};

/** String literals of a file that name a platform. */
function platformsOf(file: string): readonly string[] {
  const text = ts.sys.readFile(join(root, file))!;
  if (!/["'`](?:cpu|gpu|tpu|cuda|rocm)/i.test(text)) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && platformName.test(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test("no platform is named outside of src/targets, but where PJRT plugins are found", () => {
  const outside = files.filter((file) => folderOf(file) !== "src/targets" && !(file in platformFiles));
  expect(outside.flatMap((file) => platformsOf(file).map((name) => `${file}: ${name}`))).toEqual([]);
  expect(Object.keys(platformFiles).filter((file) => platformsOf(file).length === 0)).toEqual([]);
});

/** Groups of files each of which imports, in some steps, every other of its group. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: (readonly string[])[] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    open.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (open.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1) circles.push(group.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

/** Attributes hold types, elements and locations, and these hold attributes: one grammar, written in a file a kind. */
const grammar = ["attributes", "elements", "locations", "mesh", "resources", "structs", "types"].map(
  (kind) => `src/ir/text/parse-${kind}.ts`,
);

test("no files import each other in a circle, but for the grammar of attributes", () => {
  expect(circlesOf(imports)).toEqual([grammar]);
});

test("a circle of files would be found", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", ["a"]],
    ["d", []],
    ["e", ["a"]],
  ]);
  expect(circlesOf(graph)).toEqual([["a", "b", "c"]]);
});

test.each([
  ["uses a plugin", /\.(?:cpu|matrix|tpu|plugins|faults)\.test\.ts$/, /\b(?:useCpu\(|Plugin\.load\()/],
  [
    "starts a process",
    /\.(?:spawn|cpu|matrix|tpu|plugins|faults)\.test\.ts$/,
    /\b(?:spawnGriffin\(|from "(?:execa|node:child_process)")/,
  ],
])("a test file that %s says so in its name", (_what, names, uses) => {
  const wrong = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !names.test(name))
    .filter((name) => uses.test(ts.sys.readFile(join(root, "test", name))!))
    // This one, which names them.
    .filter((name) => name !== "architecture.test.ts");
  expect(wrong).toEqual([]);
});

/** Where the models of this package are handed to what knows any model, and where all entries of the package are handed to authors' modules. */
const compositionRoots = ["src/cli/models.ts", "src/cli/modules/running-package.ts", "src/index.ts"];

test("models are values: only the package's entry and the command line's list import them", () => {
  const importers = files.filter(
    (file) => file.startsWith("src/") && imports.get(file)!.some((target) => target.startsWith("models/")),
  );
  expect(importers.sort()).toEqual(compositionRoots);
});

/** What only a Griffin or its checkpoints are called by. */
const modelWords =
  /griffin|recurrent_?gemma|temporal_block|pre_norm|embed_tokens|final_norm|recurrent_param|layers\b/i;

/** The package's name, its error, its command in hints, and the attributes that say what arguments are. */
const ownWords = /stablegriffin|GriffinError|\bgriffin (?=[a-z])|\bgriffin\.[a-z]+\b/gi;

/** Identifiers, strings and patterns of a file that name a model or its parts. */
function modelWordsOf(file: string): readonly string[] {
  const text = ts.sys.readFile(join(root, file))!;
  if (!modelWords.test(text)) return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isWord =
      ts.isIdentifier(node) || ts.isLiteralExpression(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isWord && modelWords.test(node.text.replace(ownWords, ""))) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

test("what describes, loads, runs, checks, counts and stores models knows none by its name or by those of its parts", () => {
  const folders = [
    "model",
    "engine",
    "serving",
    "artifact",
    "golden",
    "weights",
    "tokens",
    "data",
    "program",
    "runtime-pjrt",
    "training",
    "dsl",
    "nn",
    "grammar",
    "cost",
    "extension",
    "testing",
  ];
  const engine = files.filter((file) => folders.includes(folderOf(file).replace("src/", "")));
  expect(engine.length).toBeGreaterThan(100);
  expect(engine.flatMap((file) => modelWordsOf(file).map((word) => `${file}: ${word}`))).toEqual([]);
  expect(modelWordsOf("models/griffin/formula.ts")).toContain("model.embed_tokens.weight");
});
