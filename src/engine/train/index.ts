/** @file Training as a whole: data in, a model folder out, resumable at any step. */
export type { EvalEvent, StepEvent, TrainEvent, TrainSummary } from "./events.js";
export { train, type TrainRequest } from "./run.js";
export type { GivenSettings, TrainingSettings } from "./settings.js";
