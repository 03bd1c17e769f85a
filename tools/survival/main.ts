/**
 * @file The survival tier: `npm run test:survival -- [COUNT] [FIRST]` tries the programs of COUNT seeds from FIRST on (default 2000, 0) on
 * the CPU plugin, `npm run test:survival -- --systematic [SHARD/COUNT]` every op's program with every element type (tools/survival/systematic.ts),
 * all or one of COUNT parts. Prints every program that ended or hung its process, or took too much memory. Fails for these, and when no
 * program ran to its end. An interrupt ends it early, with what was tried so far.
 */
import { fetchPlugins } from "../support/plugins.js";
import type { Candidate } from "./candidate.js";
import { randomPrograms } from "./programs.js";
import { seedTexts } from "./seeds.js";
import { type Death, survive } from "./survive.js";
import { systematicPrograms } from "./systematic.js";

function report({ name, text, how }: Death): void {
  console.log(`FAILED ${name}: ${how}\n${text.replaceAll(/^/gm, "  ")}`);
}

/** What the command line asks for. */
function programsOf([first, second]: readonly string[]): Iterable<Candidate> {
  if (first !== "--systematic")
    return randomPrograms(seedTexts(), { count: Number(first ?? 2000), first: Number(second ?? 0) });
  const [shard = 1, count = 1] = (second ?? "1/1").split("/").map(Number);
  return systematicPrograms(seedTexts(), { shard, count });
}

const [plugin] = await fetchPlugins(["cpu"]);
const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
const { candidates, tried, ran, otherTypes, refused, deaths } = await survive(
  plugin!,
  programsOf(process.argv.slice(2)),
  interrupt.signal,
  report,
);
const reasons = Object.entries(refused).sort(([, a], [, b]) => b - a);
console.log(
  `${candidates} made: ${tried} programs tried, ${ran} of them ran to the end, ${otherTypes} compiled to other types`,
);
console.log(`refused before: ${reasons.map(([reason, times]) => `${reason} ${times}`).join(", ")}`);
if (ran === 0) console.log("FAILED: no program ran to its end: nothing was tried");
console.log(`${tried - deaths.length} passed, ${deaths.length} failed`);
if (deaths.length > 0 || ran === 0) process.exitCode = 1;
