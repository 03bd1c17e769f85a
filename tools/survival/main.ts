/**
 * @file The survival tier: `npm run test:survival -- [COUNT] [FIRST]` tries the programs of COUNT seeds from FIRST on (default 2000, 0) on
 * the CPU plugin and prints every one that ended or hung its process, or took too much memory. Fails for these, and when no program ran
 * to its end. An interrupt ends it early, with what was tried so far.
 */
import { fetchPlugins } from "../support/plugins.js";
import { seedTexts } from "./seeds.js";
import { type Death, survive } from "./survive.js";

function report({ seed, text, how }: Death): void {
  console.log(`FAILED seed ${seed}: ${how}\n${text.replaceAll(/^/gm, "  ")}`);
}

const [count = 2000, first = 0] = process.argv.slice(2).map(Number);
const [plugin] = await fetchPlugins(["cpu"]);
const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
const { seeds, tried, ran, otherTypes, refused, deaths } = await survive(
  plugin!,
  seedTexts(),
  { count, first, signal: interrupt.signal },
  report,
);
const reasons = Object.entries(refused).sort(([, a], [, b]) => b - a);
console.log(
  `${seeds} seeds: ${tried} programs tried, ${ran} of them ran to the end, ${otherTypes} compiled to other types`,
);
console.log(`refused before: ${reasons.map(([reason, times]) => `${reason} ${times}`).join(", ")}`);
if (ran === 0) console.log("FAILED: no program ran to its end: nothing was tried");
console.log(`${tried - deaths.length} passed, ${deaths.length} failed`);
if (deaths.length > 0 || ran === 0) process.exitCode = 1;
