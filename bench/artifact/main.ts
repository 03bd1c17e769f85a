/**
 * @file Cold start of the 88M Griffin on the CPU plugin, each way in new processes: from its model folder with nothing compiled before, the
 * same with the compile cache, from an artifact with portable programs, and from one with executables.
 *
 *     npx jiti bench/artifact/main.ts [--prompt 16|64|256] [--dtype f32|bf16] [--turns 3] [--write]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { models } from "../../models/index.js";
import { exportModel } from "../../src/engine/index.js";
import { ratioText, targetColumns } from "../bars.js";
import { openClient, ourVersions } from "../client.js";
import { benchDtype, griffin88m } from "../griffin88m.js";
import { showResults } from "../results.js";
import { inTurns, nodeSide, type Side } from "../sides.js";
import { writeCheckpoint } from "./checkpoint.js";

const { values } = parseArgs({
  options: {
    prompt: { type: "string", default: "64" },
    dtype: { type: "string", default: "f32" },
    turns: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});
const { prompt } = values;
const dtype = benchDtype(values.dtype);

/** The largest part of the time from the model folder that an artifact with executables may take. */
const BAR = { must: 0.3, better: "less" } as const;

const work = await mkdtemp(join(tmpdir(), "griffin-bench-"));
const [model, portable, compiled, cache] = ["model", "portable", "compiled", "cache"].map((name) =>
  join(work, name),
) as [string, string, string, string];

/** Everything that exists before a cold start; gives the versions that made it. */
async function prepare(): Promise<Record<string, string>> {
  await writeCheckpoint(model, griffin88m, dtype);
  await using client = await openClient("cpu");
  await exportModel({ folder: model, models }, portable);
  await exportModel({ folder: model, models }, compiled, { compiler: { client } });
  return await ourVersions(client);
}

const start = (...way: readonly string[]) =>
  nodeSide(new URL("start.mjs", import.meta.url), ["--prompt", prompt, ...way]);

const WAYS = {
  "model folder": () => start("--model", model),
  "model folder, compile cache": () => start("--model", model, "--cache", cache),
  "artifact, portable programs": () => start("--artifact", portable),
  "artifact, executables": () => start("--artifact", compiled),
} as const;

try {
  const versions = await prepare();
  // Fills the compile cache, and brings the weights into the file system's.
  await WAYS["model folder, compile cache"]();
  const sides: Partial<Record<string, Side>> = await inTurns(Number(values.turns), WAYS);
  const all = sides["model folder"]!.figures["first token"]!;
  const rows = Object.keys(WAYS).map((way) => {
    const { figures } = sides[way]!;
    const ms = (name: string) => figures[name]!.toFixed(0);
    const ratio = figures["first token"]! / all;
    return {
      from: way,
      "first token, ms": ms("first token"),
      "of that: Node and plugin": ms("plugin"),
      "weights and program": ms("load"),
      prompt: ms("prompt"),
      ratio: ratioText(ratio),
      ...targetColumns(ratio, way === "artifact, executables" ? BAR : undefined),
    };
  });
  const settings = `${dtype}, prompt of ${prompt}, ${values.turns} turns`;
  const folder = fileURLToPath(new URL(".", import.meta.url));
  await showResults(folder, { section: `start-${dtype}`, settings, versions, rows }, values.write);
} finally {
  await rm(work, { recursive: true, force: true });
}
