/**
 * @file Throws damaged artifacts at the reader: whatever the bytes, it must give a module or one of its own
 * errors, in little time. `tsc` it and run `node fuzz-bytes.js FOLDER [COUNT] [SEED]` over a folder of `.bc`
 * files.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BytecodeError, deserializePortable } from "../../src/ir/bytecode/index.js";
import { VerifyError } from "../../src/ir/errors.js";
import { damage } from "./damage-bytes.js";

export interface FuzzBytesReport {
  readonly runs: number;
  /** Damaged artifacts that were still read. */
  readonly read: number;
  readonly failures: readonly { readonly seed: number; readonly reason: string }[];
  /** The longest time for one artifact, in ms, and its seed. */
  readonly slowest: { readonly seed: number; readonly ms: number };
}

/** Reads `count` damaged artifacts, the n-th made from seed + n. */
export function fuzzBytes(artifacts: readonly Uint8Array[], count: number, seed = 1): FuzzBytesReport {
  const failures: { seed: number; reason: string }[] = [];
  let read = 0;
  let slowest = { seed, ms: 0 };
  for (let run = seed; run < seed + count; run++) {
    const bytes = damage(artifacts, run);
    const start = performance.now();
    try {
      deserializePortable(bytes);
      read++;
    } catch (error) {
      if (!(error instanceof BytecodeError) && !(error instanceof VerifyError))
        failures.push({
          seed: run,
          reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
    }
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { seed: run, ms };
  }
  return { runs: count, read, failures, slowest };
}

function main([folder = ".", count = "1000", seed = "1"]: readonly string[]): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(".bc"));
  const artifacts = files.map((name) => new Uint8Array(readFileSync(join(folder, name))));
  const report = fuzzBytes(artifacts, Number(count), Number(seed));
  console.log(JSON.stringify({ ...report, failures: report.failures.slice(0, 20) }, null, 2));
  if (report.failures.length > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2));
