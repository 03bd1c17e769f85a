/** @file Where the halves meet: models, passes, lowering, weights and the runtime, joined into something that runs. */
export { CompiledProgram, compileAhead, type ProgramBuffers, type ProgramResults } from "./compiled.js";
export { type GeneratedToken, type GenerateOptions, generate } from "./generate.js";
export { checkGoldenCase, type GoldenOptions } from "./golden.js";
export {
  type LoweredArgument,
  type LoweredProgram,
  type LoweringOptions,
  loweringPipeline,
  lowerProgram,
  type ScanName,
  scanNames,
  stablehloText,
} from "./lower.js";
export { GriffinModel, type ModelEvent, type ModelOptions, type ProgramKey } from "./model.js";
export { Session, type SessionOptions } from "./session.js";
export { compareValues, type HostValue, numbersOf, runProgram } from "./run-program.js";
export { selfCheck } from "./self-check.js";
export { ProgramError } from "./stablehlo-program.js";
