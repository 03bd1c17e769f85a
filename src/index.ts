/** @file The package's front door: load a model, run it, generate; the parts have entry points of their own. */
export * from "./engine/index.js";
export {
  type GeneratedToken,
  type GenerateOptions,
  generate,
  type ModelEvent,
  type ProgramKey,
  type ProgramSet,
  Session,
  type SessionOptions,
} from "./serving/index.js";
export { GriffinError } from "./support/errors.js";
