/**
 * @file What a program as a whole must keep to before a plugin sees it, beyond what its operations say one by one: an acyclic call
 * graph of bounded expansion, sizes that can be counted, custom calls and module attributes that are known, and nothing of what is
 * known to end or hang a compiler's process.
 */
import { type Operation, walk } from "../operation.js";
import { checkCallGraph } from "./call-graph.js";
import { checkCollective, participantsOf } from "./collectives.js";
import { checkCustomCall } from "./custom-calls.js";
import { checkFatalOp } from "./fatal-ops.js";
import { checkModuleAttributes } from "./module-attributes.js";
import { refusalError } from "./refusal.js";
import { checkSizes } from "./sizes.js";

export interface ProgramRules {
  /** Targets of custom calls that are passed on as they are, beside those that are known to check their operands. */
  readonly allowCustomCalls?: readonly string[] | undefined;
}

/** Verifies a verified module as a program for a plugin. @throws VerifyError for the first refusal, with its constraint */
export function verifyProgram(module: Operation, { allowCustomCalls = [] }: ProgramRules = {}): void {
  const allowed = new Set(allowCustomCalls);
  const participants = participantsOf(module);
  const whole = checkModuleAttributes(module) ?? checkCallGraph(module);
  if (whole !== undefined) throw refusalError(whole);
  for (const operation of walk(module)) {
    const refusal =
      checkSizes(operation) ??
      checkFatalOp(operation) ??
      checkCollective(operation, participants) ??
      checkCustomCall(operation, allowed);
    if (refusal !== undefined) throw refusalError(refusal);
  }
}
