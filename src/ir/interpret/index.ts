/**
 * @file The reference interpreter: slow, obvious, exact; for constant folding and for tests without a
 * plugin.
 */
export { type CheckFailure, type CheckReport, interpretModuleChecks } from "./checks.js";
export { InterpretError, UnsupportedError } from "./errors.js";
export { evaluateOperation } from "./fold.js";
export { type InterpretOptions, interpretFunction } from "./interpreter.js";
export { interpretedNames, notInterpreted } from "./rules.js";
