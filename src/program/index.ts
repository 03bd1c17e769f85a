/** @file Programs as those who make, move and call them see them: what their arguments and results mean. */
export { checkProgram } from "./check-traced.js";
export type {
  Argument,
  ArgumentRole,
  Interface,
  Result,
  ResultRole,
} from "./interface.js";
export {
  type ArrayOf,
  decodeArray,
  encodeArray,
  type Encoded,
  type HostArray,
  type Numbers,
} from "./host-array.js";
export { type PrintMeaning, printMeaning, readPrint } from "./print.js";
export { argumentSchema, resultSchema } from "./schema.js";
export {
  consumedBy,
  type PlannedWeight,
  planWeights,
  type WeightPlan,
  type WeightUse,
} from "./weight-plan.js";
export { ProgramError, staticTensor } from "./tensor.js";
export {
  argumentMeaning,
  encodeInterface,
  findPreparation,
  interfaceOf,
  parameterPath,
  preparationMark,
  preparationResult,
  preparedAttributes,
  preparedIndex,
  preparedName,
  resultMeaning,
} from "./text-form.js";
