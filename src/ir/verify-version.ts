/** @file The StableHLO version that an operation needs of who reads it. */
import { type ProgramForm, versionsNeeded } from "./bytecode/index.js";
import type { Operation } from "./operation.js";

export type { ProgramForm };

/**
 * Of the operations of one program, the smallest x for which readers of StableHLO 1.x take each as it stands: its op, its attributes
 * and its types. 0 for what 1.0 has, and for operations that have no portable form, of which no version tells.
 */
export function minorVersions(form: ProgramForm): (operation: Operation) => number {
  const versionOf = versionsNeeded(form);
  return (operation) => {
    const [major = 0, minor = 0] = (versionOf(operation) ?? "0.9.0").split(".").map(Number);
    return major < 1 ? 0 : minor;
  };
}
