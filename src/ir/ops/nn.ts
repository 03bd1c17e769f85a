/**
 * @file The nn dialect: general ops of neural networks that a pass wants to see whole. Each carries its meaning as a decomposition into
 * StableHLO (src/lowering/decompose) and is lowered by a strategy of the target.
 */
import { layoutCastOps } from "./nn/layout-casts.js";
import { matrixStateOps } from "./nn/matrix-states.js";
import { selectiveScanOps } from "./nn/selective-scan.js";
import { timeMixingOps } from "./nn/time-mixing.js";
import { tokenWiseOps } from "./nn/token-wise.js";

export const nnOps = [
  ...timeMixingOps,
  ...selectiveScanOps,
  ...matrixStateOps,
  ...tokenWiseOps,
  ...layoutCastOps,
] as const;
