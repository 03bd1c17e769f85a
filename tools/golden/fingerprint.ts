/** @file What tells programs from others: which checks would compute the same. */
import { createHash } from "node:crypto";
import { printModule } from "../../src/ir/text/index.js";
import type { LoweredProgram } from "../../src/engine/index.js";

/**
 * Equal for equal programs on equal data: texts of all programs and of what prepares their weights, in their order, which hold their
 * interfaces.
 * @param data which case they are run on, and how
 */
export function fingerprint(programs: readonly LoweredProgram[], data: string): string {
  const hash = createHash("sha256").update(data);
  const preparations = new Set(programs.flatMap((program) => program.preparations));
  for (const { module } of [...programs, ...preparations]) hash.update("\0").update(printModule(module));
  return hash.digest("hex");
}
