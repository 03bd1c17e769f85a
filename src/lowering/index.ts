/** @file The public face of the lowerings: their passes. */
export { loweringPasses } from "./passes.js";
