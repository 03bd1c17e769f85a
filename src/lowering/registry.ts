/** @file All passes that there are: those on every program, and those that lower. */
import { PassRegistry, standardPasses } from "../passes/registry.js";
import { loweringPasses } from "./passes.js";

/** The registry that the compiler and the command line read pipelines with. */
export const allPasses = new PassRegistry([...standardPasses, ...loweringPasses]);
