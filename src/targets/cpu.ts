/** @file CPUs: XLA's, in the process's own memory. */
import type { AttentionForm } from "../lowering/attention/attention.js";
import { cpuLimits } from "./cpu-limits.js";
import { cpuNames } from "./names.js";
import { attentionRule, commonRules, matrixStateRules, scanRule, selectiveScanRule } from "./rules.js";
import { defineTarget } from "./define-target.js";

/**
 * One query, 4096 slots, ms: 32 heads over 8 of 64 channels, f32, 2.18 with one wide head of keys, 3.03 with keys transposed (bf16 1.01, 1.63); 8 over 2
 * 0.44, 0.80 (0.35, 0.61); 8 over 8 1.26, 2.68 (0.87, 2.28). Keys that lay by heads would take 1.13, 0.38, 0.66 (busy machine, XLA of jaxlib 0.11.2).
 */
const attention: AttentionForm = { totals: "reduce", inPlaceUpTo: 1 };

export const cpu = defineTarget({
  ...cpuNames,
  rules: {
    ...commonRules,
    // [1, 4096, 2560] f32: 9.0 ms at one row per iteration, written in place, 12.7 at 2, 10.9 at 4, 13.3 at 8, associative 57; one elementwise
    // pass 3.1 (XLA of jaxlib 0.11.2, freed memory kept).
    "nn.linear_scan": scanRule({ strategy: "sequential", unroll: 1 }),
    // Decays of channels, and what tokens read, 4 heads of 64 x 128, 512 tokens: 3.0 ms token by token, as fast as rows can be walked; small
    // products are no faster, and take XLA longer to compile. Decays of heads, 24 of 128 x 64 that share keys, 512 tokens, ms of a core: 37
    // token by token, 18 by chunks of 64, 25 of 32, 27 of 128 (busy machine, XLA of jaxlib 0.11.2).
    ...matrixStateRules({ strategy: "sequential" }, { strategy: "chunked", chunk: 64, oneByOne: true }),
    // x [1, 256, 512] f32, 16 states, one run on a machine under load: 4.9 ms; blocks of 64 25, associative 18; the gradient 16.5.
    "nn.selective_scan": selectiveScanRule({ strategy: "sequential", unroll: 1 }),
    "nn.attention": attentionRule({ strategy: "banded", block: undefined }, attention),
  },
  limits: cpuLimits,
  preferences: {
    // XLA of jaxlib 0.11.2, [m, 768] x [2304, 768] and back, 24 times one after the other, GB/s of weights. f32: one row 28; two 12,
    // operands swapped 22; 16 rows 10 and 15, 64 rows 7.3 and 8.6, 128 as fast. bf16: one row 2 (element by element), two 9, swapped 20;
    // 16 rows 14 and 21, 64 rows 9 and 11, 128 rows 7.2 and 6.7. Matrices of [in, out]: bf16 of two rows 9, of 16 rows 9, swapped 1.
    // Multiply and reduce 5 to 10.
    leastRows: { f32: 1, half: 2 },
    swapOperandsUpTo: 64,
    attention,
    // Calls are inlined before anything is optimised: as fast as without, from a third of the text.
    callsLayersFrom: 1,
    // A token of four layers of width 512, eight heads over two of keys, 4096 slots, f32: 15.0 ms with caches reshaped around their update and
    // read in any order, 7.7 without either, 4.0 where keys are read as they lie, too (busy machine, XLA of jaxlib 0.11.2).
    finishesCacheReads: true,
  },
});
