/** @file GPUs by CUDA and ROCm. */
import { gpuNames } from "./names.js";
import { attentionRule, commonRules, matrixStateRules, scanRule, selectiveScanRule } from "./rules.js";
import { defineTarget } from "./define-target.js";

export const gpu = defineTarget({
  ...gpuNames,
  rules: {
    ...commonRules,
    // [1, 4096, 2560] f32 on an H100, host clock: 0.274 ms; blocks of 256 0.353, of 64 0.426, of 8 2.48; a loop of 16 steps per iteration 3.9,
    // of one 75; one elementwise pass 0.203.
    "nn.linear_scan": scanRule({ strategy: "associative" }),
    // Not measured: a loop over tokens is bound by starting kernels, as that of the linear scan.
    ...matrixStateRules({ strategy: "chunked", chunk: 64 }),
    // Not measured: no loop of single steps, and states of one block at a time.
    "nn.selective_scan": selectiveScanRule({ strategy: "blocked", block: 256 }),
    "nn.attention": attentionRule({ strategy: "banded", block: undefined }),
  },
});
