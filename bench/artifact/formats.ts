/**
 * @file Weights of the 88M Griffin from every file format to the CPU plugin's device, against safetensors: in one process, formats in turns. Processor
 * time counts, which other work on the machine changes less than the time by the clock.
 *
 *     npx jiti bench/artifact/formats.ts [--dtype f32|bf16] [--turns 8] [--reference PYTHON] [--write]
 *
 * The Python has orbax-checkpoint: it saves the weights as orbax does, into its database and compressed. Without it that row is missing.
 */
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { models } from "../../models/index.js";
import { convertWeights } from "../../src/engine/index.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { uploadWeights } from "../../src/serving/weights.js";
import { bindWeights, openCheckpoint, readConfigFiles, type StoreFormat } from "../../src/weights/index.js";
import { ratioText, type Target, targetColumns } from "../bars.js";
import { openClient, ourVersions } from "../client.js";
import { benchDtype, griffin88m } from "../griffin88m.js";
import { showResults } from "../results.js";
import { timed } from "../timed.js";
import { writeCheckpoint } from "./checkpoint.js";

const { values } = parseArgs({
  options: {
    dtype: { type: "string", default: "f32" },
    turns: { type: "string", default: "8" },
    reference: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const dtype = benchDtype(values.dtype);

/** Times of safetensors' that were asked for. */
const BARS: Readonly<Record<string, Target>> = {
  "PyTorch (.pt)": { must: 1.5, goal: 1.1, better: "less" },
  "orbax, folders as griffin writes them": { must: 3, goal: 1.5, better: "less" },
  "orbax, its database as griffin writes it": { must: 3, goal: 1.5, better: "less" },
  "orbax, its database as orbax writes it, zstd": { must: 3, goal: 1.5, better: "less" },
};

const work = await mkdtemp(join(tmpdir(), "griffin-bench-"));

/** A model folder for each format, the first that of safetensors. */
async function prepare(): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>();
  const add = async (format: string, fill: (folder: string) => Promise<unknown>) => {
    const folder = join(work, String(folders.size));
    folders.set(format, folder);
    await mkdir(folder);
    await fill(folder);
  };
  const first = join(work, "0");
  const convert = (name: string, to: StoreFormat) => async (folder: string) => {
    await copyFile(join(first, "config.json"), join(folder, "config.json"));
    await convertWeights(first, join(folder, name), { models, to });
  };
  await add("safetensors", (folder) => writeCheckpoint(folder, griffin88m, dtype));
  await add("PyTorch (.pt)", convert("model.pt", "torch"));
  await add("orbax, folders as griffin writes them", convert("orbax", "orbax-zarr"));
  await add("orbax, its database as griffin writes it", convert("orbax", "orbax"));
  if (values.reference === undefined) return folders;
  const script = fileURLToPath(new URL("save_orbax.py", import.meta.url));
  await add("orbax, its database as orbax writes it, zstd", async (folder) => {
    await copyFile(join(first, "config.json"), join(folder, "config.json"));
    await execa(values.reference!, [script, join(work, "2", "orbax"), join(folder, "orbax")]);
  });
  return folders;
}

try {
  const folders = await prepare();
  await using client = await openClient("cpu");
  const load = async (folder: string): Promise<string> => {
    const { parameters: wanted, names } = configureCheckpoint(await readConfigFiles(folder), models);
    await using checkpoint = await openCheckpoint(folder);
    const { parameters } = bindWeights(checkpoint, wanted, names);
    const { buffers, identity } = uploadWeights(client, parameters, dtype);
    for (const buffer of (await buffers).values()) buffer.close();
    return await identity;
  };
  const least = new Map<string, readonly [clock: number, cores: number]>();
  const identities = new Set<string>();
  // The turn before the first brings files and code into place.
  for (let turn = -1; turn < Number(values.turns); turn++) {
    for (const [format, folder] of folders) {
      const [identity, clock, cores] = await timed(() => load(folder));
      identities.add(identity);
      const [c, p] = (turn < 1 ? undefined : least.get(format)) ?? [Infinity, Infinity];
      least.set(format, [Math.min(c, clock), Math.min(p, cores)]);
    }
  }
  if (identities.size > 1) throw new Error("the formats gave different weights");
  const [base] = least.values();
  const rows = [...least].map(([format, [clock, cores]]) => {
    const ratio = cores / base![1];
    return {
      "weights from": format,
      "processor time, ms": cores.toFixed(0),
      ratio: ratioText(ratio),
      "by the clock, ms": clock.toFixed(0),
      "ratio by the clock": ratioText(clock / base![0]),
      ...targetColumns(ratio, BARS[format]),
    };
  });
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const settings = `${dtype}, ${values.turns} turns`;
  await showResults(
    folder,
    { section: `formats-${dtype}`, settings, versions: await ourVersions(client), rows },
    values.write,
  );
} finally {
  await rm(work, { recursive: true, force: true });
}
