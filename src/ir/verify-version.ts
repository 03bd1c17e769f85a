/** @file The StableHLO version that an operation needs, as portable artifacts have it. */
import { portableRequirement } from "./bytecode/index.js";
import type { Operation } from "./operation.js";

/**
 * The smallest x for which StableHLO 1.x has the operation as it stands: its op, its attributes and its types. 0 for what 1.0
 * has, and for operations that have no portable form, of which no version tells.
 */
export function minimumMinorVersion(operation: Operation): number {
  const [major = 0, minor = 0] = (portableRequirement(operation) ?? "0.9.0").split(".").map(Number);
  return major < 1 ? 0 : minor;
}
