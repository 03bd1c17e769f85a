/** @file What each target is good at, as data that the `auto` strategies read; the measurement stands beside each number. */
import { UsageError } from "../support/errors.js";
import { suggestion } from "../support/suggest.js";
import type { AttentionChoice } from "./attention/lower.js";
import type { ScanChoice } from "./scan/lower.js";

export interface Target {
  readonly name: string;
  readonly platform: "cpu" | "gpu" | "tpu";
  /** The best scan for a number of time steps. */
  scan(time: number): ScanChoice;
  readonly attention: AttentionChoice;
  /** Products of fewer rows are filled up to these. */
  readonly matrixRows: number;
  /** Whether layers that repeat are calls of one function. */
  readonly callsLayers: boolean;
}

const banded: AttentionChoice = { strategy: "banded", block: undefined };

const cpu: Target = {
  name: "cpu",
  platform: "cpu",
  // [1, 4096, 2560] f32: 19.6 ms at 4 rows a turn written in place, 31.9 at 8, 41.6 at 1, associative 85.7.
  scan: () => ({ strategy: "sequential", unroll: 4 }),
  attention: banded,
  // One row streams the weights at memory speed; eight take twice as long.
  matrixRows: 1,
  // Calls are inlined before anything is optimised: as fast as without, from a third of the text.
  callsLayers: true,
};

const gpu: Target = {
  name: "gpu",
  platform: "gpu",
  // Not measured yet: few kernels of much parallel work, which a loop over time is not.
  scan: (time) => (time < 64 ? { strategy: "associative" } : { strategy: "blocked", block: 64 }),
  attention: banded,
  matrixRows: 1,
  callsLayers: true,
};

const tpu: Target = {
  name: "tpu",
  platform: "tpu",
  // [1, 4096, 2560] f32 on v5e: 1.74 M estimated cycles; every loop pays per turn, blocks of 64 3.3 M, a loop over time 9.7 M.
  scan: () => ({ strategy: "associative" }),
  attention: banded,
  // [m, 2560] x [2560, 7680] bf16 on v5e: 0.282 M cycles at m = 1, 0.014 M at 2 to 32, filling one row up to 8 included 0.017 M.
  matrixRows: 8,
  // Calls stay calls, and weights are not fetched ahead across them: a decode step of 2B takes 13.6 M cycles with, 9.5 M without.
  callsLayers: false,
};

const targets: Readonly<Record<string, Target>> = { cpu, gpu, tpu };

/** The target of a name such as `cpu`, `tpu` or `tpu:v5e:2x2`. @throws UsageError for an unknown one */
export function findTarget(name: string): Target {
  const platform = name.split(":")[0]!;
  const target = targets[platform === "cuda" ? "gpu" : platform];
  if (target !== undefined) return target;
  throw new UsageError({
    message: `there is no target "${name}"`,
    hint: suggestion(platform, Object.keys(targets)),
  });
}

export const targetNames: readonly string[] = Object.keys(targets);
