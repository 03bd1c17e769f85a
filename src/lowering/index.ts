/** @file The public face of the lowerings: their passes, and what model ops mean. */
export { findMeaning } from "./decompose/index.js";
export { findAnyMeaning } from "./meaning.js";
export { loweringPasses } from "./passes.js";
