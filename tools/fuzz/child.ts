/**
 * @file Reads damaged files in a process of its own, which may die or hang of it. It is told what to read by its argument, `Work` as JSON, and says
 * by messages what it begins and what was wrong.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GriffinError } from "../../src/support/errors.js";
import { damaged } from "./damage.js";
import type { Files, Format } from "./format.js";
import { formats } from "./formats.js";
import type { FormatName } from "./names.js";

/** What is to be read. */
export interface Work {
  /** Formats, one after the other. */
  readonly formats: readonly FormatName[];
  /** Damages to do to each: seeds from here, the first format's from `resume`. */
  readonly first: number;
  readonly resume: number;
  readonly end: number;
  /** Time for each format, in ms, after its samples are made. */
  readonly ms: number;
}

export type Message =
  | { readonly kind: "begun"; readonly format: FormatName; readonly seed: number; readonly rss: number }
  | { readonly kind: "fault"; readonly format: FormatName; readonly seed: number; readonly what: string }
  | { readonly kind: "done"; readonly format: FormatName; readonly seed: number };

/** Time of this process that a file may take, in ms. */
const LONGEST_MS = 5000;

const say = (message: Message): void => void process.send!(message);

async function write(folder: string, files: Files): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}

/** What is wrong with how the reader takes what lies in a folder; undefined when nothing is. */
async function faultOf(
  format: Format,
  folder: string,
  good: string | undefined,
): Promise<string | undefined> {
  const start = process.cpuUsage();
  try {
    const digest = await format.read(folder);
    if (digest !== good) return "reads as something else, and has checksums";
  } catch (error) {
    if (!(error instanceof GriffinError)) return error instanceof Error ? error.stack : String(error);
    if (error.kind === "internal error") return error.message;
  }
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  return ms > LONGEST_MS ? `took ${ms} ms` : undefined;
}

/** Reads damaged files of a format, until all are done or the time is over. */
async function readDamaged(name: FormatName, input: string, first: number, { end, ms }: Work): Promise<void> {
  const format = formats[name];
  const samples = await format.samples();
  const digests = new Set<string | undefined>();
  for (const sample of samples) {
    await write(input, sample);
    digests.add(await format.read(input));
  }
  const [good, ...others] = digests;
  if (others.length > 0) throw new Error(`${name}: a format with checksums has one sample`);
  const until = Date.now() + ms;
  let seed = first;
  for (; seed < end && Date.now() < until; seed++) {
    say({ kind: "begun", format: name, seed, rss: process.memoryUsage.rss() });
    await write(input, damaged(samples, seed, format.lies));
    const what = await faultOf(format, input, good);
    if (what !== undefined) say({ kind: "fault", format: name, seed, what });
  }
  say({ kind: "done", format: name, seed });
}

const work = JSON.parse(process.argv[2]!) as Work;
const folder = await mkdtemp(join(tmpdir(), "griffin-fuzz-"));
try {
  for (const [i, name] of work.formats.entries())
    await readDamaged(name, join(folder, "input"), i === 0 ? work.resume : work.first, work);
} finally {
  await rm(folder, { recursive: true, force: true });
  process.disconnect!();
}
