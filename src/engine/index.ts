/** @file Where the halves meet: models, passes, lowering, weights and the runtime, joined into something that runs. */
export {
  type CallResults,
  compile,
  type CompiledFunction,
  type CompileOptions,
  DeviceTensor,
  type Given,
  type GivenOf,
  type GivenParameters,
  type HostTensor,
  type HostTensorsOf,
  type PrintListener,
  takeParameters,
} from "./compile/index.js";
export { CompiledProgram, compileAhead } from "./compiled.js";
export {
  exportModel,
  type ExportEvent,
  type ExportOptions,
  type ExportSource,
  type ExportSummary,
} from "./export.js";
export { exportProgram, type ProgramExportOptions, type ProgramExportSummary } from "./export-program.js";
export { loadProgram, openProgram, type OpenProgram } from "./load-program.js";
export { programOf } from "./stablehlo-program.js";
export type { ExportCompiler } from "./export-compile.js";
export { convertWeights, type ConvertOptions, type ConvertSummary } from "./convert.js";
export type { CompiledCost } from "./compile-and-count.js";
export { costRequest } from "./cost.js";
export { type CostSource, readCostSource } from "./cost-source.js";
export { type CostReport, type Counted, findChip, makeReport, rooflineSvg } from "../cost/index.js";
export { chipOf, type CostEvent, programCost, type ProgramCostOptions, withDevices } from "./program-cost.js";
export type { HostValue } from "./execute.js";
export { IsolatedPlugin, type IsolationLimits, PluginDeathError } from "./isolated/index.js";
export { checkGoldenCase, type GoldenOptions, goldenPrograms } from "./golden.js";
export { evaluate, type EvalReport, type EvalRequest } from "./evaluate/index.js";
export { checkFineTuningCase, fineTuningCasePrograms } from "./golden-fine-tuning.js";
export { checkTrainingCase, trainingCasePrograms, type TrainingCheckOptions } from "./golden-training.js";
export { Family, lowerProgram } from "./family.js";
export { type BoxCosts, boxCosts } from "./graph/box-costs.js";
export { collapseCosts, collapseGraphs } from "./graph/collapse.js";
export {
  type Graph,
  type GraphAttribute,
  type GraphCollection,
  graphCosts,
  type GraphCosts,
  type GraphMetadata,
  type GraphNode,
  programGraph,
} from "./graph/graph.js";
export type { NodeCost } from "./graph/node-costs.js";
export { type FigureName, figureNames, figuresOf, nodeData, type NodeFigures } from "./graph/node-figures.js";
export type { Heat } from "./graph/heat.js";
export { graphsSvg } from "./graph/svg.js";
export { boxFigures, withBoxCosts } from "./graph/tell-box-costs.js";
export { checkLowering, type LoweredProgram, loweringPipeline, stablehloText } from "./lowered-program.js";
export {
  type LoweringOptions,
  resolveTarget,
  type ScanName,
  scanNames,
  type TargetLike,
} from "../targets/index.js";
export { type LoadedModel, load, type LoadOptions } from "./load.js";
export { Model, type ModelOptions } from "./model.js";
export { readPromptFile } from "./prompt-file.js";
export { encodePrompts, type Prompt } from "./prompts.js";
export {
  artifactSource,
  checkpointSource,
  checkSourceOptions,
  type LoadedSource,
  type ModelSource,
  type SourceOptions,
} from "./source.js";
export { type Description, inspect, type InspectOptions, type TensorsDescription } from "./inspect.js";
export { refuseExported } from "./jax-exported.js";
export type { ProgramDescription } from "./inspect-program.js";
export {
  type DeviceEvent,
  type DeviceOptions,
  describeDevice,
  loadPlugin,
  locatePlugin,
  openDevice,
  type OpenDevice,
  openRunner,
  type OpenRunner,
} from "./open-device.js";
export { type CompilerEvent, openCompiler, type OpenCompiler } from "./open-compiler.js";
export {
  type Continuation,
  continuePrompts,
  type GenerationRequest,
  type GenerationSummary,
} from "./generation.js";
export {
  type CacheDiagnosis,
  type DeviceDiagnosis,
  diagnose,
  type Diagnosis,
  type PluginDiagnosis,
} from "./diagnosis.js";
export type { Extension } from "../extension/index.js";
export { compareValues, numbersOf, runProgram, type RunProgramOptions } from "./run-program.js";
export { type NamedValues, runTraced, type RunTracedOptions } from "./run-traced.js";
export { Trainer } from "./trainer.js";
export {
  type EvalEvent,
  type GivenSettings,
  type StepEvent,
  train,
  type TrainEvent,
  type TrainingSettings,
  type TrainRequest,
  type TrainSummary,
} from "./train/index.js";
export type { TrainingFigures } from "./training-buffers.js";
export type { TrainerOptions } from "./training-programs.js";
export { selfCheck } from "./self-check.js";
export { ProgramError } from "../program/index.js";
