/** @file Programs as text: printer and parser of MLIR's syntax for our dialects. */
export { printAttribute, printModule, printOperation, type PrintOptions } from "./print.js";
