/** @file What a Mamba's parameters are before any training: the distributions of its authors. */
import { type InitialNumber, normalNumber, type Parameter, sameNumber } from "../../src/model/index.js";
import type { MambaConfig } from "./config.js";

/** Step sizes lie evenly by their logarithm between these (section 3.6 and appendix E of the paper). */
const [LEAST_STEP, LARGEST_STEP] = [1e-3, 1e-1];

/** The b for which softplus(b) is a step size. */
const stepBias: InitialNumber = (uniform) => {
  const step = Math.exp(Math.log(LEAST_STEP) + uniform() * Math.log(LARGEST_STEP / LEAST_STEP));
  return step + Math.log(-Math.expm1(-step));
};

/** log(1), log(2) ... over the states of each channel: the numbers are asked for in their order. */
function decays(states: number): InitialNumber {
  let next = 0;
  return () => Math.log((next++ % states) + 1);
}

const evenly =
  (bound: number): InitialNumber =>
  (uniform) =>
    (2 * uniform() - 1) * bound;

/** The numbers of one parameter. */
export function mambaInitial(
  { stateSize, numLayers, timeStepRank, convWidth }: MambaConfig,
  { path, shape }: Parameter,
): InitialNumber {
  if (path.endsWith(".A_log")) return decays(stateSize);
  if (path.endsWith(".D") || /\bnorm(?:_f)?\.weight$/.test(path)) return sameNumber(1);
  if (path.endsWith("dt_proj.bias")) return stepBias;
  if (path.endsWith("dt_proj.weight")) return evenly(timeStepRank ** -0.5);
  if (/\bconv1d\.(?:weight|bias)$/.test(path)) return evenly(convWidth ** -0.5);
  if (path.endsWith("bias")) return sameNumber(0);
  if (/^(?:embeddings|lm_head)\b/.test(path)) return normalNumber(0.02);
  return evenly(shape.at(-1)! ** -0.5 / (path.endsWith("out_proj.weight") ? Math.sqrt(numLayers) : 1));
}
