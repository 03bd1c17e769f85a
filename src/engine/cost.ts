/** @file What of a program is compiled to look at what the compiler makes of it. */
import type { Operation } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import { type ProgramRules, verifyProgram, PROGRAM_RULES } from "../ir/verify-program/index.js";
import type { CompileRequest } from "../runtime-pjrt/index.js";
import { resolveTarget, type TargetLike, verifyLimits } from "../targets/index.js";
import { mainInterface } from "./stablehlo-program.js";
import { checkOptions } from "../support/options.js";

/**
 * StableHLO with the names and lines of the model, by which costs are grouped.
 * @throws VerifyError for what a compiler of the target is known to abort on; ProgramError for values that no buffer can hold
 */
export function costRequest(module: Operation, target: TargetLike, rules?: ProgramRules): CompileRequest {
  checkOptions("costRequest", rules, PROGRAM_RULES);
  verifyProgram(module, rules);
  const { limits, compilerFlags } = resolveTarget(target).target;
  verifyLimits(module, limits);
  const signature = mainInterface(module);
  return {
    program: printModule(module, { locations: true }),
    signature,
    options: { preferredFlags: compilerFlags(signature) },
  };
}
