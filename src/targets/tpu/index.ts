/** @file TPUs by libtpu, also those that are only described. */
import type { AttentionForm } from "../../lowering/attention/attention.js";
import { stridedConv1dGradient } from "../../lowering/conv/strided-gradient.js";
import { stridedShift } from "../../lowering/strided-shift.js";
import { tpuNames } from "../names.js";
import {
  attentionRule,
  commonRules,
  fromRows,
  matrixStateRules,
  scanRule,
  selectiveScanRule,
} from "../rules.js";
import { defineTarget } from "../define-target.js";
import { gatesAfterProducts } from "./gates.js";
import { tpuLimits } from "./limits.js";
import { trainingFlags } from "./memory.js";
import { rmsNormByProduct } from "./norm.js";
import { rotaryByProduct } from "./rotary.js";
import { tpuTopologies } from "./topologies.js";

/** Fewer rows do not fill the matrix unit. */
const LEAST_ROWS = 64;

/** Of attention, whether its strategy is the rule's or one that was asked for. */
const attention: AttentionForm = { totals: "product", inPlaceUpTo: 0 };

export const tpu = defineTarget({
  ...tpuNames,
  topologies: tpuTopologies,
  rules: {
    ...commonRules,
    // [1, 4096, 2560] f32 on v5e, estimated cycles: 0.84 M in the strided layout; in order (then an associative scan) 1.74 M.
    // Every loop pays per iteration: blocks of 64 3.3 M, a loop over time 9.7 M.
    "nn.linear_scan": scanRule({ strategy: "strided" }),
    // Not measured: chunks as large as the matrix unit.
    ...matrixStateRules({ strategy: "chunked", chunk: 128 }),
    // Not measured: no loop of single steps, and states of one block at a time.
    "nn.selective_scan": selectiveScanRule({ strategy: "blocked", block: 64 }),
    // The gradients of a convolution and of a scan, in the layout in which both go forward.
    "nn.causal_conv1d_gradient": { name: "strided", lower: stridedConv1dGradient },
    "nn.shift_rows": { name: "strided", lower: stridedShift },
    "nn.attention": attentionRule({ strategy: "banded", block: undefined }, attention),
    "nn.rms_norm": fromRows(LEAST_ROWS, rmsNormByProduct),
    "nn.rotary": fromRows(LEAST_ROWS, rotaryByProduct),
    "griffin.rg_lru_gates": fromRows(LEAST_ROWS, gatesAfterProducts),
  },
  limits: tpuLimits,
  compilerFlags: trainingFlags,
  preferences: {
    // [m, 2560] x [2560, 7680] bf16 on v5e: 0.282 M cycles at m = 1, 0.014 M at 2 to 32, padding one row to 8 included 0.017 M.
    leastRows: { f32: 8, half: 8 },
    strideTime: 8,
    attention,
    barriers: true,
    // Calls are inlined, but then fewer weights are fetched ahead: a decode step of 2B takes 13.6 M cycles with, 9.5 M without. A prompt
    // is bound by its products, not by fetching them.
    callsLayersFrom: 16,
    // A prefill of 2048 tokens by 2B has 72 MB of temporaries at once, with barriers or without; the compiler finds room for them in
    // 83 MB with, in 125 MB without.
    barrierAfterLayers: true,
    // Zeros for the projection's gradient of 2B, 1.3 GB, take 17 M cycles to write, 2 M to read. Smaller programs stay such that plugins for
    // other platforms run them, which know of no such memory.
    unfilledFrom: 2 ** 24,
    // The sum of exponentials and the target's logit in the loop over pieces of 2B's vocabulary: logits are read once, not twice.
    joinsFrom: 2 ** 24,
  },
});
