/**
 * @file Exported programs in other hands: JAX and IREE run them and must get our logits, Netron shows them.
 *
 *     npm run test:consumers -- PYTHON
 *
 * PYTHON is an interpreter with jax, iree-base-compiler, iree-base-runtime and netron. In f32 the logits are compared with ours; in bf16,
 * where every compiler rounds elsewhere, with those of f32, from which nobody may be much further away than we are ourselves. The
 * Python of each artifact's README is run too. Ends with `N passed, N failed`.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { parseModule } from "../../src/ir/text/index.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { models } from "../../models/index.js";
import { exportModel, Model } from "../../src/engine/index.js";
import { type Client, findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { generate } from "../../src/serving/index.js";
import { openCheckpoint, readConfigFiles } from "../../src/weights/index.js";
import { type Call, makeCalls, ourLogits } from "./calls.js";
import { loadNetron, shownByNetron } from "./netron.js";

interface Case {
  readonly name: string;
  readonly model: string;
  readonly dtype: "f32" | "bf16";
  readonly batch: number;
  readonly withWeights: boolean;
}

const CHUNK = 16;
const cases: readonly Case[] = [
  {
    name: "attention, f32, weights by reference",
    model: "demo-kjv",
    dtype: "f32",
    batch: 1,
    withWeights: false,
  },
  { name: "attention, bf16, weights copied", model: "demo-kjv", dtype: "bf16", batch: 8, withWeights: true },
  { name: "Hawk of two shards, f32", model: "hawk-sharded", dtype: "f32", batch: 3, withWeights: true },
];
const consumers = ["jax", "iree"] as const;

/** Logits lie within 30; another order of sums moves them by a few units of the last place, times the depth. */
const LARGEST_IN_F32 = 1e-3;
/** In bf16: this many times our own distance from f32. */
const FURTHER_IN_BF16 = 1.5;

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

type Logits = readonly Float32Array[];

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): readonly number[] =>
  Array.from({ length: a.length }, (_, i) => Math.abs(a[i]! - b[i]!));
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
const meanSquare = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

let [passed, failed] = [0, 0];
function report(what: string, good: boolean, figure: string): void {
  if (good) passed++;
  else failed++;
  console.log(`${good ? "passed" : "FAILED"}  ${what}: ${figure}`);
}

async function run(client: Client, python: string, one: Case, work: string): Promise<void> {
  const folder = fileURLToPath(new URL(`../../golden/${one.model}`, import.meta.url));
  const artifact = join(work, "artifact");
  const options = { dtype: one.dtype, batch: one.batch, chunk: CHUNK, text: true };
  await exportModel({ folder, models }, artifact, options);
  await showInNetron(python, one.name, join(artifact, "programs"), work);
  await using checkpoint = await openCheckpoint(folder);
  const definition = configureCheckpoint(await readConfigFiles(folder), models);
  const { vocabSize, bosId } = definition.generation;
  const calls = makeCalls(one.batch, CHUNK, vocabSize);
  using model = await Model.load(client, definition, checkpoint, { dtype: one.dtype });
  using exact = await Model.load(client, definition, checkpoint, { dtype: "f32" });
  const ours = await ourLogits(model, calls);
  const inF32 = one.dtype === "f32" ? ours : await ourLogits(exact, calls);
  await writeFile(join(work, "calls.json"), JSON.stringify(calls));
  const tokens: string[] = [];
  const prompts = Array.from({ length: one.batch }, () => [bosId, 3, 4, 5]);
  for await (const { row, token } of generate(model, prompts, {
    maxNewTokens: 8,
    eosIds: [],
    chunk: CHUNK,
  })) {
    if (row === 0) tokens.push(String(token));
  }
  for (const consumer of consumers) {
    const output = join(work, `${consumer}.bin`);
    const script = here(`${consumer}_side.py`);
    const { stdout } = await execa(python, [script, artifact, join(work, "calls.json"), output]);
    const bytes = await readFile(output);
    const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const what = `${one.name}, ${stdout.trim()}`;
    if (one.dtype === "f32") compareInF32(what, calls, split(theirs, ours), ours);
    else compareInBf16(what, split(theirs, ours), ours, inF32);
    const readme = await execa(python, [here("readme_side.py"), consumer], { cwd: artifact });
    const printed = readme.stdout.split("\n").map((line) => (JSON.parse(line) as number[])[0]!);
    report(`${one.name}, README with ${consumer}`, printed.join() === tokens.join(), printed.join());
  }
}

/** Operations that Netron shows where they are used, if at all. */
const noNodes: ReadonlySet<string> = new Set(["stablehlo.constant", "func.return"]);

/** Netron shows every operation of every program. */
async function showInNetron(python: string, name: string, programs: string, work: string): Promise<void> {
  const netron = await loadNetron(python, work);
  const sorted = (names: readonly string[]) => names.filter((each) => !noNodes.has(each)).toSorted();
  for (const file of (await readdir(programs)).filter((each) => each.endsWith(".mlir"))) {
    const path = join(programs, file);
    const functions = parseModule(await readFile(path, "utf8")).regions[0]!.blocks[0]!.operations;
    const own = sorted(
      functions.flatMap(({ regions }) => regions[0]!.blocks[0]!.operations.map((op) => op.name)),
    );
    const shown = sorted(await shownByNetron(netron, path));
    report(
      `${name}, ${file} in Netron`,
      shown.join() === own.join(),
      `${shown.length} of ${own.length} operations`,
    );
  }
}

/** One array of all logits as one a call. */
function split(all: Float32Array, like: readonly Float32Array[]): readonly Float32Array[] {
  let end = 0;
  return like.map(({ length }) => {
    end += length;
    return all.subarray(end - length, end);
  });
}

/** In f32, call by call: as near as another order of sums comes. */
function compareInF32(what: string, calls: readonly Call[], theirs: Logits, ours: Logits): void {
  for (const [i, { program }] of calls.entries()) {
    const figure = largest(difference(theirs[i]!, ours[i]!));
    const good = theirs[i]!.length === ours[i]!.length && figure <= LARGEST_IN_F32;
    report(`${what}, call ${i} ${program}`, good, `largest difference ${figure.toExponential(1)}`);
  }
}

/** In bf16, all calls together: the errors of one sequence at one position are a single draw, and draws differ by half. */
function compareInBf16(what: string, theirs: Logits, ours: Logits, exact: Logits): void {
  const distance = (logits: Logits) =>
    meanSquare(logits.flatMap((values, i) => [...difference(values, exact[i]!)]));
  const ratio = distance(theirs) / distance(ours);
  const figure = `${ratio.toFixed(2)} times our distance from f32 (${distance(ours).toExponential(1)})`;
  report(what, ratio <= FURTHER_IN_BF16, figure);
}

const [python] = process.argv.slice(2);
if (python === undefined) {
  console.error(
    "usage: npm run test:consumers -- PYTHON (with jax, iree-base-compiler, iree-base-runtime, netron)",
  );
  process.exit(2);
}
const { path } = await findPlugin("cpu", { install: true });
const plugin = await Plugin.load(path);
await using client = await plugin.createClient();
for (const one of cases) {
  const work = await mkdtemp(join(tmpdir(), "griffin-consumers-"));
  try {
    await run(client, python, one, work);
  } catch (error) {
    report(one.name, false, error instanceof Error ? error.message : String(error));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
