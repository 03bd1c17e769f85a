/** @file Golden cases: what the reference computes, and how ours compares. */
export { type GoldenCase, openCase } from "./case.js";
export { type CaseReport, type ComputedTensors, checkCase, type TensorReport, toleranceOf } from "./check.js";
export { type Comparison, compare } from "./compare.js";
export { GoldenError, type GoldenTensor } from "./files.js";
export { type FineTuningCase, isFineTuningCase, openFineTuningCase } from "./fine-tuning-case.js";
export { checkFineTuning, type ComputedFineTuning } from "./fine-tuning-check.js";
export { formatReport } from "./report.js";
export type { TokenDifference, TokenReport } from "./tokens.js";
export {
  isTrainingCase,
  openTrainingCase,
  type OptimizerSettings,
  type TrainedBy,
  type TrainingCase,
} from "./training-case.js";
export {
  checkTraining,
  type ComputedCase,
  type ComputedTraining,
  type TrainingReport,
} from "./training-check.js";
export type { TrainingFigure } from "./training-figures.js";
export { formatTrainingReport } from "./training-report.js";
