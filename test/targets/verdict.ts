import { VerifyError } from "../../src/ir/errors.js";
import { parseModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { cpu } from "../../src/targets/cpu.js";
import { verifyLimits } from "../../src/targets/limits.js";
import type { Target } from "../../src/targets/target.js";

/** `accepted`, or the constraint by which a target's limits refuse a program that verifies. */
export function verdict(parameters: string, operations: string, target: Target = cpu): string {
  const module = parseModule(`func.func @main(${parameters}) {\n  ${operations}\n  return\n}`);
  verifyModule(module);
  try {
    verifyLimits(module, target.limits);
    return "accepted";
  } catch (error) {
    if (error instanceof VerifyError) return error.constraint!;
    throw error;
  }
}
