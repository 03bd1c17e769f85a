/**
 * @file Exporting, by the built command, from the start of its process to its end: the 88M Griffin and RecurrentGemma 2B without weights.
 *
 *     npm run build && npx jiti bench/artifact/export.ts [--turns 3] [--write]
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { targetColumns } from "../bars.js";
import { ourVersion } from "../client.js";
import { griffin88m } from "../griffin88m.js";
import { showResults } from "../results.js";
import { configJson } from "./checkpoint.js";

const { values } = parseArgs({
  options: { turns: { type: "string", default: "3" }, write: { type: "boolean", default: false } },
});
const command = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const work = await mkdtemp(join(tmpdir(), "griffin-bench-"));
const model = join(work, "model");

/** What is asked of the 88M Griffin. */
const SECONDS = { must: 3, better: "less", unit: " s" } as const;
const KILOBYTES = { must: 400, better: "less", unit: " kB" } as const;

/** Everything that `griffin export --json` says that matters here. */
interface Summary {
  readonly bytes: number;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

interface Export {
  readonly ms: number;
  readonly summary: Summary;
}

async function exportOnce(args: readonly string[]): Promise<Export> {
  const start = performance.now();
  const { stdout } = await execa(process.execPath, [
    ...[command, "export", ...args],
    ...["--force", "--json", "-o", join(work, "artifact")],
  ]);
  return { ms: performance.now() - start, summary: JSON.parse(stdout) as Summary };
}

const WHAT: Readonly<Record<string, readonly string[]>> = {
  "88M, f32": ["--model", model],
  "88M, f32, for a TPU": ["--model", model, "--target", "tpu:v5e:2x2"],
  "2B, bf16": ["--preset", "recurrentgemma-2b"],
  "2B, bf16, batch 16, chunk 2048": ["--preset", "recurrentgemma-2b", "--batch", "16", "--chunk", "2048"],
};

/** The least time of several runs; all of them write the same. */
async function exportInTurns(): Promise<Readonly<Record<string, Export>>> {
  const best: Record<string, Export> = {};
  for (let turn = 0; turn < Number(values.turns); turn++) {
    for (const [name, args] of Object.entries(WHAT)) {
      const one = await exportOnce(args);
      if (one.ms < (best[name]?.ms ?? Number.POSITIVE_INFINITY)) best[name] = one;
    }
  }
  return best;
}

const kilobytes = (bytes: number): number => bytes / 1000;

try {
  await mkdir(model);
  await writeFile(join(model, "config.json"), configJson(griffin88m, "f32"));
  const rows = Object.entries(await exportInTurns()).map(([name, { ms, summary }]) => {
    const programs = summary.files.filter(({ path }) => path.startsWith("programs/"));
    const bytes = programs.reduce((sum, file) => sum + file.bytes, 0);
    const isAsked = name === "88M, f32";
    const time = targetColumns(ms / 1000, isAsked ? SECONDS : undefined);
    const size = targetColumns(kilobytes(summary.bytes), isAsked ? KILOBYTES : undefined);
    return {
      "without weights": name,
      "time, s": (ms / 1000).toFixed(2),
      "must ": time.must,
      "reached ": time.reached,
      "all, kB": kilobytes(summary.bytes).toFixed(0),
      must: size.must,
      reached: size.reached,
      programs: programs.length,
      "of that, kB": kilobytes(bytes).toFixed(0),
    };
  });
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const versions = { stablegriffin: await ourVersion(), Node: process.versions.node };
  const settings = `${values.turns} turns`;
  await showResults(folder, { section: "export", settings, versions, rows }, values.write);
} finally {
  await rm(work, { recursive: true, force: true });
}
