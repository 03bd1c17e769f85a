/** @file What the benchmarks share: repeated timing, and the reference's side in a process of its own. */
import { execa } from "execa";

/** Milliseconds of repeated runs. */
export interface Timing {
  readonly min: number;
  readonly median: number;
}

/** Times `run` after `warmUp` runs that do not count. */
export async function time(runs: number, run: () => Promise<void>, warmUp = 2): Promise<Timing> {
  for (let i = 0; i < warmUp; i++) await run();
  const samples: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    samples.push(performance.now() - start);
  }
  samples.sort((a, b) => a - b);
  return { min: samples[0]!, median: samples[samples.length >> 1]! };
}

/** The JSON object that a Python script prints last, run by the given interpreter. */
export async function python<T>(
  interpreter: string,
  script: string,
  args: readonly string[] = [],
): Promise<T> {
  const { stdout } = await execa(interpreter, [script, ...args], { stderr: "ignore" });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as T;
}

/** A table of rows with the same keys. */
export function printTable(rows: readonly Readonly<Record<string, string | number>>[]): void {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  for (const line of cells)
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    );
}
