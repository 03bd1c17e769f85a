/**
 * @file Throws damaged programs at the parser: whatever it is given, it must parse it or say why not, and
 * what parses must print to text that parses to the same again. `tsc` it and run `node fuzz-text.js FOLDER
 * [COUNT] [SEED]`.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { ParseError } from "../../src/ir/errors.js";
import { parseModule, printModule, splitInput } from "../../src/ir/text/index.js";
import { programFiles } from "./files.js";

/** Tokens that turn up where they should not. */
const strays = [
  ...'(){}[]<>,:=#%@!^*?-+|"\\\n\t\0é',
  "->",
  "::",
  "loc(",
  "dense<",
  "tensor<",
  "0x",
  "-1",
  "1.0e",
  "18446744073709551616",
  "%0#9",
  "^bb0:",
  "#loc1",
  "{-#",
  "#-}",
  "array<i64: ",
  '"stablehlo.add"',
  "stablehlo.while(",
  "!quant.uniform<i8:f32, 0.5:3>",
  "affine_map<(d0) -> (d0)>",
  "((((((((",
  "[[[[[[[[",
  "complex<f32>",
  "unit",
  "true",
  "inf",
];

/** Numbers from 0 up to but not including `limit`, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

function damageOnce(text: string, programs: readonly string[], random: (limit: number) => number): string {
  const at = random(text.length + 1);
  const length = 1 + random(random(4) === 0 ? 200 : 8);
  const rest = text.slice(at + length);
  switch (random(9)) {
    case 0:
      return text.slice(0, at) + rest;
    case 1:
      return text.slice(0, at + length) + text.slice(at);
    case 2:
      return text.slice(0, at) + strays[random(strays.length)]! + text.slice(at);
    case 3:
      return text.slice(0, at) + strays[random(strays.length)]! + rest;
    case 4: {
      const other = programs[random(programs.length)]!;
      const from = random(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + length * 4) + rest;
    }
    case 5: {
      const from = random(text.length + 1);
      return text.slice(0, at) + text.slice(from, from + length) + rest;
    }
    default:
      // Other numbers, so that more of the damaged programs still parse.
      return text.slice(0, at) + text.slice(at).replace(/\d+/, String(random(20) - 2));
  }
}

/** A program with one to four damages. */
export function damage(programs: readonly string[], seed: number): string {
  const random = randomNumbers(seed);
  let text = programs[random(programs.length)]!;
  for (let left = random(2) === 0 ? 1 : 1 + random(4); left > 0; left--)
    text = damageOnce(text, programs, random);
  return text;
}

export interface FuzzReport {
  readonly runs: number;
  /** Damaged programs that still parsed. */
  readonly parsed: number;
  readonly failures: readonly { readonly seed: number; readonly reason: string }[];
  /** The longest time for one program, in ms, and its seed. */
  readonly slowest: { readonly seed: number; readonly ms: number };
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** What is wrong with how a text is treated, or undefined; `parsed` says whether it was a program. */
function check(text: string): { readonly parsed: boolean; readonly reason?: string } {
  let parsed = false;
  try {
    const module = parseModule(text, { allowUnknownOps: true });
    parsed = true;
    for (const form of ["pretty", "generic"] as const) {
      const once = printModule(module, { form });
      const twice = printModule(parseModule(once, { allowUnknownOps: true }), { form });
      if (once !== twice) return { parsed, reason: `the ${form} form does not print back as it was` };
    }
    printModule(module, { locations: true });
    return { parsed };
  } catch (error) {
    if (!parsed && error instanceof ParseError) return { parsed };
    return { parsed, reason: reasonOf(error) };
  }
}

/** Parses `count` damaged programs, the n-th made from seed + n. */
export function fuzzText(programs: readonly string[], count: number, seed = 1): FuzzReport {
  const failures: { seed: number; reason: string }[] = [];
  let parsed = 0;
  let slowest = { seed, ms: 0 };
  for (let run = seed; run < seed + count; run++) {
    const text = damage(programs, run);
    const start = performance.now();
    const result = check(text);
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { seed: run, ms };
    if (result.parsed) parsed++;
    if (result.reason !== undefined) failures.push({ seed: run, reason: result.reason });
  }
  return { runs: count, parsed, failures, slowest };
}

/** The sections of a folder's programs that are short enough to damage many times. */
export const fuzzPrograms = (folder: string, longest = 8000): string[] =>
  programFiles(folder)
    .flatMap((path) => splitInput(readFileSync(path, "utf8")).map((section) => section.text))
    .filter((text) => text.length <= longest && text.trim() !== "");

function main([folder = ".", count = "1000", seed = "1"]: readonly string[]): void {
  const report = fuzzText(fuzzPrograms(folder), Number(count), Number(seed));
  console.log(JSON.stringify({ ...report, failures: report.failures.slice(0, 20) }, null, 2));
  if (report.failures.length > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2));
