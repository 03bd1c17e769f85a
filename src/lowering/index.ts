/** @file The public face of the lowerings: their passes, and what ops mean. */
export { builtInDialects, findMeaning } from "./dialects.js";
export { loweringPasses } from "./passes.js";
