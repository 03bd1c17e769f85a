/**
 * @file Runs a tool from its TypeScript: `node tools/run.mjs tools/golden/main.ts ARGUMENTS...`. What it is made of is bundled first, in a
 * second: loading some seven hundred sources one by one takes a minute of processor time in a fresh checkout. Each source still sees its
 * own place in `import.meta.url`. Plain JavaScript, as nothing is built when it runs.
 */
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {import("rolldown").Plugin} */
const ownPlaces = {
  name: "own places",
  transform: {
    filter: { code: "import.meta.url" },
    // No lines move: maps stay as they are.
    handler: (code, id) => ({
      code: code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href)),
      map: null,
    }),
  },
};

async function bundle(/** @type {string} */ input, /** @type {string} */ file) {
  const bundled = await rolldown({
    input,
    platform: "node",
    // As in tools/bundle.mjs.
    external: /^(?!@oxc-project\/)[a-z@]/,
    tsconfig: join(root, "tsconfig.json"),
    transform: { target: "es2022" },
    plugins: [ownPlaces],
  });
  // It is one file, which is whole in memory when its first line runs: nothing is left behind, however the process ends.
  const banner = `process.getBuiltinModule("node:fs").rmSync(${JSON.stringify(file)});`;
  await bundled.write({ file, format: "esm", sourcemap: "inline", codeSplitting: false, banner });
  await bundled.close();
}

const [tool, ...given] = process.argv.slice(2);
if (tool === undefined)
  throw new Error("expected a tool: node tools/run.mjs tools/golden/main.ts ARGUMENTS...");
// From within node_modules, where its dependencies are found.
const cache = join(root, "node_modules", ".cache");
mkdirSync(cache, { recursive: true });
const source = resolve(tool);
const program = join(cache, `tool-${process.pid}.mjs`);
await bundle(source, program);
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, source, ...given];
await import(pathToFileURL(program).href);
