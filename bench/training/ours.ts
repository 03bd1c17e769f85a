/**
 * @file Our side of the training benchmark on one plugin: AdamW's step of the 88M Griffin, every residual block computed again for its
 * gradient, or nothing with --keep everything. Prints ms, bytes and versions as JSON.
 *
 *     npx jiti bench/training/ours.ts --dtype f32 --time 512 --plugin cpu [--keep everything] [--quick]
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { griffin } from "../../models/index.js";
import { Trainer } from "../../src/engine/index.js";
import { adamW, constantRate } from "../../src/training/index.js";
import { openClient, ourVersions } from "../client.js";
import { benchCheckpoint, benchDtype, griffin88m, somePrompt } from "../griffin88m.js";
import { printSide } from "../sides.js";
import { leastOf, timed } from "../timed.js";

const { values } = parseArgs({
  options: {
    dtype: { type: "string", default: "f32" },
    time: { type: "string", default: "512" },
    plugin: { type: "string", default: "cpu" },
    keep: { type: "string", default: "nothing" },
    quick: { type: "boolean", default: false },
  },
});
const time = Number(values.time);
const keep = z.enum(["nothing", "everything"]).parse(values.keep);

await using client = await openClient(values.plugin);
await using checkpoint = benchCheckpoint(griffin88m, "f32");
const optimizer = adamW(constantRate(1e-4), { b2: 0.96, weightDecay: 0.1 });
const dtype = benchDtype(values.dtype);
const [trainer, start, startCores] = await timed(() =>
  Trainer.start(client, griffin.configure(griffin88m), checkpoint, {
    batch: 1,
    time,
    dtype,
    optimizer,
    keep,
  }),
);
const tokens = Int32Array.from(somePrompt(time + 1));
const batch = { tokens, mask: tokens.map(() => 1), positions: tokens.map((_, i) => i) };
const [step, stepCores] = await leastOf(values.quick ? 2 : 5, () => trainer.step(batch));
const [program] = trainer.programs;
const { temporary } = program!.executable.program.memoryStats();
trainer.close();

printSide({
  figures: {
    step,
    "step, of one core": stepCores,
    start,
    "start, of one core": startCores,
    "temporaries, bytes": temporary,
    "peak memory": process.resourceUsage().maxRSS * 1024,
  },
  versions: await ourVersions(client),
});
