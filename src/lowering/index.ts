/** @file The public face of the lowerings: their passes, and the registry of all passes. */
export { loweringPasses } from "./passes.js";
export { allPasses } from "./registry.js";
