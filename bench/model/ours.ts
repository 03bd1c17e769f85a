/**
 * @file Our side of the model benchmark on one plugin: a prompt read at once, greedy tokens after it as `generate` makes them, time to
 * compile. Prints ms, bytes and versions as JSON.
 *
 *     npx jiti bench/model/ours.ts --dtype f32 --time 1024 --plugin cpu [--quick]
 */
import { parseArgs } from "node:util";
import { generate } from "../../src/serving/index.js";
import { openClient, ourVersions } from "../client.js";
import { benchDtype, load88m, somePrompt } from "../griffin88m.js";
import { printSide } from "../sides.js";

const { values } = parseArgs({
  options: {
    dtype: { type: "string", default: "f32" },
    time: { type: "string", default: "1024" },
    plugin: { type: "string", default: "cpu" },
    quick: { type: "boolean", default: false },
  },
});
const chunk = Number(values.time);
const prompt = somePrompt(chunk);
const [repeats, windows, window] = values.quick ? [2, 2, 8] : [5, 6, 16];

await using client = await openClient(values.plugin);
const compileMs = new Map<string, number>();
using model = await load88m(client, benchDtype(values.dtype), {
  onEvent: (event) => {
    if (event.phase === "compile" && event.ms !== undefined) compileMs.set(event.program, event.ms);
  },
});

/** Times at which tokens came, in ms since the prompt was given. */
async function arrivals(maxNewTokens: number): Promise<readonly number[]> {
  const start = performance.now();
  const times: number[] = [];
  for await (const _token of generate(model, [prompt], { maxNewTokens, chunk })) {
    times.push(performance.now() - start);
  }
  return times;
}

await arrivals(2);
const prefills: number[] = [];
for (let i = 0; i < repeats; i++) prefills.push((await arrivals(1))[0]!);
const times = await arrivals(1 + window * (windows + 1));
const steps = Array.from({ length: windows }, (_, i) => {
  const from = 1 + window * i;
  return (times[from + window]! - times[from]!) / window;
});

printSide({
  figures: {
    prefill: Math.min(...prefills),
    "decode step": Math.min(...steps),
    "compile of the prefill": compileMs.get(`prefill 1x${chunk}`)!,
    "compile of the decode step": compileMs.get("decode 1x1")!,
    "peak memory": process.resourceUsage().maxRSS * 1024,
    "weights, bytes": model.parameterBytes,
  },
  versions: await ourVersions(client),
});
