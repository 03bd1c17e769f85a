/** @file The steps in which a file or folder appears whole (`whole.ts`), and the death of the process at one of them, for tests. */

/**
 * The states that a killed process can leave behind, in order: the work folder is there; all is written; what was at the place is
 * set aside (folders only); the new one is in; its name is on the disk; the old one and the work folder are gone.
 */
export const wholeSteps = ["makeWork", "write", "setAside", "renameIn", "sync", "removeOld"] as const;

export type WholeStep = (typeof wholeSteps)[number];

/** Names the step after which the process kills itself, as a crash or a lost machine would; for tests. */
export const KILL_AT = "STABLEGRIFFIN_KILL_AT";

/** Notes that a step is done. Does not come back when KILL_AT names it. */
export function reached(step: WholeStep): void {
  if (process.env[KILL_AT] === step) process.kill(process.pid, "SIGKILL");
}
