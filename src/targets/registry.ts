/** @file All passes that there are: those on every program, those that lower, and the one that lowers by a target's rules. */
import { PassRegistry, standardPasses } from "../passes/registry.js";
import { loweringPasses } from "../lowering/passes.js";
import { lowerModelOpsPass } from "./lower-model-ops.js";
import { targets } from "./resolve.js";

/** The registry that the compiler and the command line read pipelines with. */
export const allPasses = new PassRegistry([...standardPasses, ...loweringPasses, lowerModelOpsPass(targets)]);
