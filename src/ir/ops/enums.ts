/** @file The enumerations of StableHLO. */
import { enumKind, listOf } from "./kinds.js";

export const comparisonDirection = enumKind("comparison_direction", ["EQ", "NE", "GE", "GT", "LE", "LT"]);
export const comparisonType = enumKind("comparison_type", [
  "NOTYPE",
  "FLOAT",
  "TOTALORDER",
  "SIGNED",
  "UNSIGNED",
]);
const precision = enumKind("precision", ["DEFAULT", "HIGH", "HIGHEST"]);
/** One precision per operand. */
export const precisionConfig = listOf(precision);
export const fftType = enumKind("fft_type", ["FFT", "IFFT", "RFFT", "IRFFT"]);
export const rngAlgorithm = enumKind("rng_algorithm", ["DEFAULT", "THREE_FRY", "PHILOX"]);
export const rngDistribution = enumKind("rng_distribution", ["UNIFORM", "NORMAL"]);
export const transposeKind = enumKind("transpose", [
  "TRANSPOSE_INVALID",
  "NO_TRANSPOSE",
  "TRANSPOSE",
  "ADJOINT",
]);
export const resultAccuracyMode = enumKind("result_accuracy_mode", ["DEFAULT", "HIGHEST", "TOLERANCE"]);
