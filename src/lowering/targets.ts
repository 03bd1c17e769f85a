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
  /** Products of fewer rows are filled up to these; `half` for bf16 and f16. */
  readonly matrixRows: { readonly f32: number; readonly half: number };
  /** Products of several rows, these at most, have their matrix [out, in] on the left; 0 turns none. */
  readonly turnedRows: number;
  /** Factor of the strided time layout of long programs with recurrences; 1 keeps the order of time. */
  readonly strideTime: number;
  /** Whether sums and gates are best made of products of matrices. */
  readonly matrixUnit: boolean;
  /** Programs that read at least so many tokens of a sequence call one function for all layers that repeat. */
  readonly callsLayersFrom: number;
  /** Whether a layer that is called is finished before the next one begins. */
  readonly fencesLayers: boolean;
}

const banded: AttentionChoice = { strategy: "banded", block: undefined };

const cpu: Target = {
  name: "cpu",
  platform: "cpu",
  // [1, 4096, 2560] f32: 9.0 ms at one row a turn written in place, 12.7 at 2, 10.9 at 4, 13.3 at 8, associative 57; one elementwise
  // pass 3.1 (XLA of jaxlib 0.11.2, freed memory kept).
  scan: () => ({ strategy: "sequential", unroll: 1 }),
  attention: banded,
  // XLA of jaxlib 0.11.2, [m, 768] x [2304, 768] and back, 24 times one after the other, GB/s of weights. f32: one row 28; two 12, turned
  // 22; 16 rows 10 and 15, 64 rows 7.3 and 8.6, 128 as fast. bf16: one row 2 (element by element), two 9, turned 20; 16 rows 14 and 21,
  // 64 rows 9 and 11, 128 rows 7.2 and 6.7. Matrices of [in, out]: bf16 of two rows 9, of 16 rows 9, turned 1. Multiply and reduce 5 to 10.
  matrixRows: { f32: 1, half: 2 },
  turnedRows: 64,
  strideTime: 1,
  matrixUnit: false,
  // Calls are inlined before anything is optimised: as fast as without, from a third of the text.
  callsLayersFrom: 1,
  fencesLayers: false,
};

const gpu: Target = {
  name: "gpu",
  platform: "gpu",
  // Not measured yet: few kernels of much parallel work, which a loop over time is not.
  scan: (time) => (time < 64 ? { strategy: "associative" } : { strategy: "blocked", block: 64 }),
  attention: banded,
  matrixRows: { f32: 1, half: 1 },
  turnedRows: 0,
  strideTime: 1,
  matrixUnit: false,
  callsLayersFrom: 1,
  fencesLayers: false,
};

const tpu: Target = {
  name: "tpu",
  platform: "tpu",
  // [1, 4096, 2560] f32 on v5e, estimated cycles: 0.84 M in the strided layout; in order (then an associative scan)
  // 1.74 M. Every loop pays per turn: blocks of 64 3.3 M, a loop over time 9.7 M.
  scan: () => ({ strategy: "strided" }),
  attention: banded,
  // [m, 2560] x [2560, 7680] bf16 on v5e: 0.282 M cycles at m = 1, 0.014 M at 2 to 32, filling one row up to 8 included 0.017 M.
  matrixRows: { f32: 8, half: 8 },
  turnedRows: 0,
  strideTime: 8,
  matrixUnit: true,
  // Calls are inlined, but then fewer weights are fetched ahead: a decode step of 2B takes 13.6 M cycles with, 9.5 M without. A prompt
  // is bound by its products, not by fetching them.
  callsLayersFrom: 16,
  // A prefill of 2048 tokens by 2B has 72 MB of temporaries at once, with fences or without; the compiler finds room for them in 83 MB with,
  // in 125 MB without.
  fencesLayers: true,
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
