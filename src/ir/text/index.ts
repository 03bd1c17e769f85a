/** @file Programs as text: printer and parser of MLIR's syntax for our dialects. */
export { type PrintOptions, printAttribute, printModule, printOperation } from "./print.js";
export {
  type InputSection,
  type ParseOptions,
  parseAttribute,
  parseModule,
  parseType,
  splitInput,
} from "./parse.js";
