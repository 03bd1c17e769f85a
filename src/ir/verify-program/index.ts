/**
 * @file What a program as a whole must keep to before a plugin sees it, beyond what its operations say one by one: an acyclic call
 * graph of bounded expansion, sizes that can be counted, collectives of devices that take part, custom calls and module attributes
 * that are known, shardings and layouts that fit their values. What single operations end or hang a target's compiler is among the target's limits (src/targets).
 */
import { violationError } from "../errors.js";
import { type Operation, walk } from "../operation.js";
import { checkCallGraph } from "./call-graph.js";
import { checkCollective, runOf } from "./collectives.js";
import { checkCustomCall } from "./custom-calls.js";
import { checkEntryValues } from "./entry-values.js";
import { checkModuleAttributes } from "./module-attributes.js";
import { checkSharding } from "./shardings.js";
import { checkSizes } from "./sizes.js";
import type { OptionNames } from "../../support/options.js";

export type { Refusal } from "./refusal.js";

export interface ProgramRules {
  /** Targets of custom calls that are passed on as they are, beside those that are known to check their operands. */
  readonly allowCustomCalls?: readonly string[] | undefined;
}

export const PROGRAM_RULES: OptionNames<ProgramRules> = {
  allowCustomCalls: true,
};

/** Verifies a verified module as a program for a plugin. @throws VerifyError for the first refusal, with its constraint */
export function verifyProgram(module: Operation, { allowCustomCalls = [] }: ProgramRules = {}): void {
  const allowed = new Set(allowCustomCalls);
  const run = runOf(module);
  const attribute = checkModuleAttributes(module);
  if (attribute !== undefined) throw violationError(module, attribute);
  const call = checkCallGraph(module);
  if (call !== undefined) throw violationError(call.operation, call.refusal);
  for (const operation of walk(module)) {
    const refusal =
      checkSizes(operation) ??
      checkCollective(operation, run) ??
      checkCustomCall(operation, allowed) ??
      checkSharding(operation) ??
      checkEntryValues(operation);
    if (refusal !== undefined) throw violationError(operation, refusal);
  }
}
