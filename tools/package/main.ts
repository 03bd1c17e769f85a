/**
 * @file The package as people get it: packed, looked into, installed into an empty project, run on several Nodes, type-checked by several
 * TypeScripts. `npm run test:package`; ends with `N passed, N failed`. With `--here` on this Node and by the project's own TypeScript alone:
 * then nothing is fetched but what the package depends on.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { readmeMistake, shownMistake } from "../docs/mistakes.js";
import { fetched, fetchedNode } from "./fetched.js";
import { entriesOf, importAll, typed } from "./programs.js";
import { twoAtOnce } from "../support/two-at-once.js";
import { deadLinks, pack, strayFiles, type Tarball } from "./tarball.js";
import { followTutorial, readTutorial } from "./tutorial.js";

/** The oldest that package.json allows, and the newest of those that are kept up. */
const NODES = ["20.19.0", "22.23.3", "24.21.0"];
const TYPESCRIPTS: readonly (readonly [version: string, resolutions: readonly Resolution[]])[] = [
  ["5.9.3", ["nodenext"]],
  ["7.0.2", ["nodenext", "node16", "bundler"]],
];
const HERE = "of this project";
type Resolution = "nodenext" | "node16" | "bundler";

/** Without the demo model, bytes. */
const MOST_BYTES = 2_000_000;

const root = fileURLToPath(new URL("../../", import.meta.url));
const work = await mkdtemp(join(tmpdir(), "griffin-package-"));
const project = join(work, "project");

const isHere = parseArgs({ options: { here: { type: "boolean", default: false } } }).values.here;

let [passed, failed] = [0, 0];

/** One check: passes when it throws nothing; what it gives is told. */
async function check(what: string, work: () => Promise<string>): Promise<void> {
  const start = performance.now();
  const told = (result: string) =>
    console.log(`${result} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  try {
    const figure = await work();
    passed++;
    told(`passed  ${what}${figure === "" ? "" : `: ${figure}`}`);
  } catch (error) {
    failed++;
    told(`FAILED  ${what}`);
    console.log(String(error instanceof Error ? error.message : error).replace(/^/gm, "  "));
  }
}

function expectEqual(got: unknown, expected: unknown): void {
  const [a, b] = [got, expected].map((value) => JSON.stringify(value, undefined, 2));
  if (a !== b) throw new Error(`expected ${b}\ngot      ${a}`);
}

async function checkTarball(tarball: Tarball): Promise<void> {
  await check("its size without the demo model", async () => {
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
    const figure = `${megabytes(tarball.bytesWithoutDemo)}, ${megabytes(tarball.bytes)} with it`;
    if (tarball.bytesWithoutDemo > MOST_BYTES) throw new Error(figure);
    return figure;
  });
  await check("nothing in it is of a build or leads to what is not there", async () => {
    expectEqual(strayFiles(tarball), []);
    return "";
  });
  await check("every link of its documents leads to a file in it", async () => {
    expectEqual(deadLinks(tarball), []);
    return "";
  });
  const bin = (name: string) => join(root, "node_modules", ".bin", name);
  await check("publint", async () => {
    await execa(bin("publint"), ["run", tarball.path, "--strict"], { all: true });
    return "";
  });
  await check("attw", async () => {
    // Its output is a file: attw ends itself before a pipe has taken all that it writes.
    const path = join(work, "attw.json");
    await execa("sh", ["-c", '"$0" "$1" --format json > "$2"', bin("attw"), tarball.path, path], {
      reject: false,
    });
    expectEqual(problemsOfModules(await readFile(path, "utf8")), []);
    return "";
  });
}

/**
 * What attw says of those who resolve by `exports` and import, as this package asks for. Its own profile of that name also counts what
 * resolvers from before `exports` make of models/, whose sources are there to be read.
 */
function problemsOfModules(json: string): readonly object[] {
  const { analysis } = JSON.parse(json) as {
    readonly analysis: { readonly problems: readonly Readonly<Record<string, unknown>>[] };
  };
  const passedOver = ["node10", "node16-cjs"];
  return analysis.problems.filter(
    ({ kind, resolutionKind, resolutionOption }) =>
      ![resolutionKind, resolutionOption].some((name) => passedOver.includes(String(name))) &&
      kind !== "CJSResolvesToESM",
  );
}

async function makeProject(tarball: Tarball): Promise<void> {
  await mkdir(project);
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  await execa("npm", ["install", "--no-audit", "--no-fund", tarball.path], { cwd: project });
}

async function checkNode(version: string, entries: readonly string[]): Promise<void> {
  const node = version === HERE ? process.execPath : await fetchedNode(version);
  const run = (args: readonly string[]) =>
    execa(node, args, { cwd: project, reject: false, env: { NODE_OPTIONS: "" } });
  const griffin = join(project, "node_modules/stablegriffin/dist/src/cli/main.js");
  const counted = (stdout: string): string => {
    const counts = JSON.parse(stdout) as Readonly<Record<string, number>>;
    expectEqual(Object.keys(counts), entries);
    expectEqual(
      Object.keys(counts).filter((entry) => counts[entry] === 0),
      [],
    );
    return `${entries.length} entries`;
  };
  await check(`Node ${version} imports every entry`, async () => {
    await writeFile(join(project, "all.mjs"), importAll(entries, "import"));
    return counted((await run(["all.mjs"])).stdout);
  });
  await check(`Node ${version} requires every entry from CommonJS`, async () => {
    await writeFile(join(project, "all.cjs"), importAll(entries, "require"));
    return counted((await run(["all.cjs"])).stdout);
  });
  await check(
    `Node ${version} runs the README's first model, and names its line when it is wrong`,
    async () => {
      const readme = await readFile(join(root, "README.md"), "utf8");
      const { program, mistaken, error } = shownMistake(readme, readmeMistake);
      await writeFile(join(project, "lower.mjs"), program);
      const good = await run(["lower.mjs"]);
      if (good.exitCode !== 0 || !good.stdout.includes("\nmodule @mlp {\n"))
        throw new Error(`${good.stdout}\n${good.stderr}`);
      await writeFile(join(project, "lower.mjs"), mistaken);
      const bad = await run(["lower.mjs"]);
      if (!bad.stderr.replace(join(project, "lower.mjs"), "lower.mjs").includes(error))
        throw new Error(bad.stderr);
      return "";
    },
  );
  await check(`Node ${version} runs griffin generate --model demo`, async () => {
    const args = ["generate", "--model", "demo", "--prompt", "In the beginning", "--max-new-tokens", "16"];
    const { stdout, stderr, exitCode } = await run([griffin, ...args]);
    if (exitCode !== 0 || stdout.length !== 16) throw new Error(`${stdout}\n${stderr}`);
    return JSON.stringify(stdout);
  });
}

async function checkTypes(
  version: string,
  resolution: Resolution,
  entries: readonly string[],
): Promise<void> {
  await check(`TypeScript ${version}, ${resolution}, without types of Node`, async () => {
    const folder =
      version === HERE ? join(root, "node_modules/typescript") : await fetched("typescript", version);
    const tsc = join(folder, "bin", "tsc");
    await writeFile(join(project, "consumer.ts"), typed(entries));
    const options = {
      ...{ target: "es2022", strict: true, types: [], noEmit: true, skipLibCheck: false },
      module: resolution === "bundler" ? "esnext" : resolution,
      moduleResolution: resolution,
    };
    await writeFile(
      join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["consumer.ts"] }),
    );
    const { stdout, exitCode } = await execa(process.execPath, [tsc, "-p", ".", "--pretty", "false"], {
      cwd: project,
      reject: false,
    });
    if (exitCode !== 0) throw new Error(stdout);
    return "";
  });
}

try {
  const tarball = await pack(root, work);
  const versions = isHere ? [HERE] : NODES;
  if (!isHere) for (const version of NODES) await fetchedNode(version);
  const consumers = async () => {
    await checkTarball(tarball);
    await makeProject(tarball);
    const entries = entriesOf(tarball.folder);
    for (const version of versions) await checkNode(version, entries);
    for (const [version, resolutions] of isHere ? [[HERE, ["nodenext"] as const] as const] : TYPESCRIPTS)
      for (const resolution of resolutions) await checkTypes(version, resolution, entries);
  };
  const tutorial = async () => {
    for (const version of versions)
      await check(`Node ${version} follows the tutorial word by word`, async () => {
        const node = version === HERE ? process.execPath : await fetchedNode(version);
        const text = await readTutorial(tarball.folder);
        return followTutorial({ text, tarball: tarball.path, node, work });
      });
  };
  await twoAtOnce([consumers, tutorial], (job) => job());
} finally {
  await rm(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
