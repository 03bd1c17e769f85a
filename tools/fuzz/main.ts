/**
 * @file The reader fuzzer: `npm run test:fuzz -- [--seed N] [--count N] [--seconds N] [--format NAME]`. Damaged files of every format that others
 * may give us, and archives and pickles that lie, are read in two child processes at once, each half of the formats. A reader may refuse them with an error of ours; it may not die, hang, take more than 5 s or 2 GiB,
 * throw anything else, or give other numbers where the format has checksums. Ends with `N passed, N failed`.
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import type { Message, Work } from "./child.js";
import { packageFile } from "../../src/support/package.js";
import { type FormatName, formatNames } from "./names.js";
import { twoAtOnce } from "../support/two-at-once.js";

/** Nothing is heard of a child for so long when it hangs at a file, or while it makes samples, in ms; it may have little of a busy machine. */
const SILENCE_MS = { file: 60_000, samples: 600_000 };
const MEMORY_BYTES = 2 * 2 ** 30;

interface Tried {
  /** Damaged files that were read, by format. */
  readonly counts: ReadonlyMap<FormatName, number>;
  readonly faults: readonly string[];
  /** The file that the child died of. */
  readonly diedOf?: { readonly format: FormatName; readonly seed: number } | undefined;
}

/** Lets a child read until it has done its work or died. @throws Error when it died of no file: the tool itself is wrong */
function run(work: Work): Promise<Tried> {
  return new Promise((resolve, reject) => {
    const faults: string[] = [];
    const counts = new Map<FormatName, number>();
    const execArgv = ["--max-old-space-size=1024"];
    const program = packageFile("tools/fuzz/child.ts");
    const forked = fork(packageFile("tools/run.mjs"), [program, JSON.stringify(work)], { execArgv });
    let at: { readonly format: FormatName; readonly seed: number } | undefined;
    let over: string | undefined;
    const stop = (why: string) => {
      over = why;
      forked.kill("SIGKILL");
    };
    let timer = setTimeout(stop, SILENCE_MS.samples, "hangs");
    forked.on("message", (message: Message) => {
      const { format, seed } = message;
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS[message.kind === "done" ? "samples" : "file"], "hangs");
      if (message.kind === "done") at = undefined;
      else if (message.kind === "fault") faults.push(`${format} seed ${seed}: ${message.what}`);
      else if (message.rss > MEMORY_BYTES) stop(`takes ${message.rss} bytes of memory`);
      else {
        at = { format, seed };
        counts.set(format, (counts.get(format) ?? 0) + 1);
      }
    });
    forked.on("exit", (code, signal) => {
      clearTimeout(timer);
      const how = over ?? (code === 0 ? undefined : `died: ${signal ?? `exit code ${code}`}`);
      if (how !== undefined && at === undefined) return reject(new Error(`the child ${how}`));
      if (how !== undefined) faults.push(`${at!.format} seed ${at!.seed}: ${how}`);
      resolve({ counts, faults, diedOf: how === undefined ? undefined : at });
    });
  });
}

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "0" },
    count: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "60" },
    format: { type: "string", multiple: true },
  },
});
const chosen = formatNames.filter((name) => values.format?.includes(name) ?? true);
const unknown = values.format?.find((name) => !(formatNames as readonly string[]).includes(name));
if (unknown !== undefined || chosen.length === 0)
  throw new Error(`no format ${unknown}: ${formatNames.join(", ")}`);
const first = Number(values.seed);
const end = first + Number(values.count);
const ms = (Number(values.seconds) * 1000) / chosen.length;

interface Count {
  readonly tried: number;
  readonly failed: number;
}

/** Damages files of formats, each for its time; where a process died, the next one goes on. Tells what was tried. */
async function tryFormats(formats: readonly FormatName[]): Promise<Count> {
  let names = formats;
  let resume = first;
  let [tried, failed] = [0, 0];
  while (names.length > 0) {
    const { counts, faults, diedOf } = await run({ formats: names, first, resume, end, ms });
    for (const fault of faults) console.log(`FAILED ${fault}`);
    for (const [name, count] of counts) console.log(`${name}: ${count} damaged files`);
    tried += [...counts.values()].reduce((a, b) => a + b, 0);
    failed += faults.length;
    names = diedOf === undefined ? [] : names.slice(names.indexOf(diedOf.format));
    resume = (diedOf?.seed ?? 0) + 1;
  }
  return { tried, failed };
}

const halves = [0, 1].map((half) => chosen.filter((_name, i) => i % 2 === half));
const counts = await twoAtOnce(halves, tryFormats);
const sum = (key: keyof Count): number => counts.reduce((all, count) => all + count[key], 0);
console.log(`${sum("tried") - sum("failed")} passed, ${sum("failed")} failed`);
if (sum("failed") > 0) process.exitCode = 1;
