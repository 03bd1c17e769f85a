/**
 * @file The second half of `npm run build`: bundles src/ and models/ into a few chunks below dist/, one a layer, shared by the command and
 * all entries of the package, so that each module exists once; the first half writes the types. A command starts in a fraction of the
 * time that hundreds of files take. Help and version load a few small chunks; what commands need is loaded when they run.
 *
 * Chunks of src/ lie below dist/src/, those of models/ below dist/models/: an author's position is the first frame outside of dist/src/.
 * The latter have source maps, since models/ is in the package too; a map to sources that are not there would help nobody.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

/** The folders of src/, each before those that import it (test/architecture.test.ts); one within another, before it, has a chunk of its own. What is in none of them is split by what imports it. */
const LAYERS = [
  ...[
    "support",
    "ir",
    "program",
    "passes",
    "lowering",
    "autodiff",
    "dsl",
    "targets",
    "runtime-pjrt",
    "weights",
  ],
  ...[
    "grammar",
    "tokens/formats",
    "tokens",
    "data",
    "cost",
    "serving",
    "artifact",
    "model",
    "golden",
    "training",
    "engine",
  ],
];

/** The programs of processes that ours start; what they do is done when they are loaded. */
const PROGRAMS = ["./dist/src/engine/isolated/child.js"];

/** Loaded by every command, before it is known which. */
const COMMAND_LINE = "src/cli/command-line.ts";

/** @returns {readonly string[]} the sources that files of their own are built from, without `.ts` */
function entries() {
  const { exports, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return [...Object.values(exports), ...Object.values(bin), ...PROGRAMS].map((path) =>
    path.replace(/^(\.\/)?dist\//, "").replace(/\.js$/, ""),
  );
}

const sourceOf = (/** @type {string} */ id) => relative(root, id).split(sep).join("/");
const isModel = (/** @type {string} */ id) => sourceOf(id).startsWith("models/");
const isOfCommands = (/** @type {string} */ id) => sourceOf(id).startsWith("src/cli/");

/** @type {Set<string> | undefined} */
let loadedFirst;

/** Names a chunk for modules that the command line is loaded with: those that it reaches by static imports. */
const ofCommandLine =
  (/** @type {string} */ name, /** @type {(id: string) => boolean} */ takes) =>
  (/** @type {string} */ id, /** @type {import("rolldown").ChunkingContext} */ modules) => {
    loadedFirst ??= reachedFrom(join(root, COMMAND_LINE), modules);
    return loadedFirst.has(id) && takes(id) ? name : null;
  };

function reachedFrom(/** @type {string} */ first, /** @type {import("rolldown").ChunkingContext} */ modules) {
  const reached = new Set([first]);
  // A set gives what is added while it is gone through.
  for (const id of reached)
    for (const below of modules.getModuleInfo(id)?.importedIds ?? []) reached.add(below);
  return reached;
}

/** Helpers of the bundler, for `using`, are support. */
const isOf = (/** @type {string} */ layer) => (/** @type {string} */ id) =>
  layer === "support" && id.startsWith("\0")
    ? true
    : sourceOf(id).startsWith(`src/${layer}/`) &&
      !PROGRAMS.includes(`./dist/${sourceOf(id).replace(/\.ts$/, ".js")}`);

const groups = [
  { name: ofCommandLine("model-names", isModel), debugName: "names of models" },
  // Entries of the package need what lies below the command line too, and not its parser of options.
  {
    name: ofCommandLine("loaded-first", (id) => !isModel(id) && !isOfCommands(id)),
    debugName: "below commands",
  },
  { name: ofCommandLine("command-line", isOfCommands), debugName: "command line" },
  ...LAYERS.map((name) => ({ name, test: isOf(name) })),
];

async function bundle() {
  const bundled = await rolldown({
    cwd: root,
    input: Object.fromEntries(entries().map((name) => [name, join(root, `${name}.ts`)])),
    platform: "node",
    // Dependencies stay what they are; the bundler's own helpers come along.
    external: /^(?!@oxc-project\/)[a-z@]/,
    tsconfig: join(root, "tsconfig.json"),
    transform: { target: "es2022" },
    onLog(level, { message }) {
      throw new Error(`${level}: ${message}`);
    },
  });
  const { output } = await bundled.generate({
    dir: dist,
    format: "esm",
    sourcemap: "hidden",
    sourcemapExcludeSources: true,
    comments: false,
    entryFileNames: "[name].js",
    chunkFileNames: ({ moduleIds }) =>
      moduleIds.length > 0 && moduleIds.every(isModel) ? "models/chunks/[name].js" : "src/chunks/[name].js",
    codeSplitting: { groups: groups.map((group, index) => ({ ...group, priority: groups.length - index })) },
  });
  await bundled.close();
  return output;
}

/**
 * @throws Error for chunks that import each other in a circle, in which modules would be used before they are there, for mixed ones, for a
 *   module that is in two: its classes and registries would exist twice; and for one of other layers that loads the command line
 */
function check(/** @type {readonly import("rolldown").OutputChunk[]} */ chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const visit = (/** @type {string} */ name, /** @type {readonly string[]} */ path) => {
    if (path.includes(name)) throw new Error(`chunks import each other: ${[...path, name].join(" -> ")}`);
    for (const below of byName.get(name)?.imports ?? []) visit(below, [...path, name]);
  };
  for (const name of byName.keys()) visit(name, []);
  for (const { fileName, moduleIds, imports } of chunks) {
    const loads = imports.find((name) => byName.get(name)?.moduleIds.some(isOfCommands));
    if (loads !== undefined && !moduleIds.every(isOfCommands)) throw new Error(`${fileName} loads ${loads}`);
  }
  for (const { fileName, moduleIds } of chunks)
    if (moduleIds.some(isModel) && !moduleIds.every(isModel))
      throw new Error(
        `${fileName} has modules of src/ and of models/: ${moduleIds.map(sourceOf).join(", ")}`,
      );
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const twice = modules.filter((id, index) => modules.indexOf(id) !== index);
  if (twice.length > 0) throw new Error(`built twice: ${twice.map(sourceOf).join(", ")}`);
}

/** Writes chunks, and the maps of those whose sources are in the package. @returns names of the files */
function write(/** @type {readonly import("rolldown").OutputChunk[]} */ chunks) {
  const files = chunks.flatMap(({ fileName, code, map, moduleIds }) => {
    if (map === null || !moduleIds.some(isModel)) return [{ name: fileName, text: code }];
    const mapName = `${fileName}.map`;
    return [
      { name: fileName, text: `${code}//# sourceMappingURL=${basename(mapName)}\n` },
      { name: mapName, text: JSON.stringify(map) },
    ];
  });
  for (const { name, text } of files) {
    mkdirSync(dirname(join(dist, name)), { recursive: true });
    writeFileSync(join(dist, name), text);
  }
  return new Set(files.map(({ name }) => name));
}

/** Removes what earlier builds left: bundles that are no more, types of sources that are no more. */
function clean(/** @type {ReadonlySet<string>} */ written) {
  for (const folder of ["src", "models"]) {
    for (const entry of readdirSync(join(dist, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(dist, path).split(sep).join("/");
      const isStale = /\.d\.ts$/.test(name)
        ? !existsSync(join(root, name.replace(/\.d\.ts$/, ".ts")))
        : /\.js(\.map)?$/.test(name) && !written.has(name);
      if (isStale) rmSync(path);
    }
  }
}

const chunks = (await bundle()).filter((each) => each.type === "chunk");
check(chunks);
clean(write(chunks));
