/** @file Golden cases: what the reference computes, and how ours compares. */
export { type GoldenCase, GoldenError, type GoldenTensor, openCase } from "./case.js";
export { type CaseReport, type ComputedTensors, checkCase, type TensorReport } from "./check.js";
export { type Comparison, compare } from "./compare.js";
export { formatReport } from "./report.js";
export type { TokenDifference, TokenReport } from "./tokens.js";
