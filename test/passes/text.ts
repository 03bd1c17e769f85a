/** @file Passes as text in, text out. Both sides are printed by us: names of values carry no meaning. */
import { allPasses } from "../../src/targets/registry.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { type PassEvent, runPipeline } from "../../src/passes/manager.js";
import { parsePipeline } from "../../src/passes/pipeline.js";

/** The module, printed as `run` prints it. */
export const normal = (text: string): string => printModule(parseModule(text));

/** The module after the pipeline, verified. */
export function run(pipeline: string, text: string, onPass?: (event: PassEvent) => void): string {
  const module = parseModule(text);
  verifyModule(module);
  runPipeline(module, parsePipeline(pipeline, allPasses), onPass);
  verifyModule(module);
  return printModule(module);
}
