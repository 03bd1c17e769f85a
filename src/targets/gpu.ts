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
    // On an H100, f32, 2048 tokens, ms: decays of channels 0.74, of heads 0.59, a loop over tokens 43 and 42, which starting kernels bounds, as
    // that of the linear scan; the delta rule, 1024 tokens, 0.73 and 9.5. Other chunks were not measured.
    ...matrixStateRules({ strategy: "chunked", chunk: 64 }),
    // On an H100, 2048 tokens of 1536 channels, 16 states: 0.86 ms, step by step 44. Other blocks were not measured.
    "nn.selective_scan": selectiveScanRule({ strategy: "blocked", block: 256 }),
    "nn.attention": attentionRule({ strategy: "banded", block: undefined }),
  },
});
