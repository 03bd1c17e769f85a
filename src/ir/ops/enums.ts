/** @file The enumerations of StableHLO, and those that chlo has its own of. */
import { absentAs, enumKind, listOf, optional } from "./kinds.js";

const directions = ["EQ", "NE", "GE", "GT", "LE", "LT"] as const;
const comparisons = ["NOTYPE", "FLOAT", "TOTALORDER", "SIGNED", "UNSIGNED"] as const;
const precisions = ["DEFAULT", "HIGH", "HIGHEST"] as const;

export const comparisonDirection = enumKind("comparison_direction", directions);
export const comparisonType = absentAs(optional(enumKind("comparison_type", comparisons)), () => "NOTYPE");
export const chloComparisonDirection = enumKind("comparison_direction", directions, "chlo");
export const chloComparisonType = absentAs(
  optional(enumKind("comparison_type", comparisons, "chlo")),
  () => "NOTYPE",
);
const precision = enumKind("precision", precisions);
/** Left to the plugin. */
const plugins = () => ["DEFAULT", "DEFAULT"] as const;
/** One precision per operand. */
export const chloPrecisionConfig = absentAs(
  optional(listOf(enumKind("precision", precisions, "chlo"))),
  plugins,
);
/** One precision per operand. */
export const precisionConfig = absentAs(optional(listOf(precision)), plugins);
/** Of an op that is made of products, such as attention: what each of them states. */
export const productPrecision = optional(precision);
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
