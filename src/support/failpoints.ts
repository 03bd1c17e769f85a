/** @file Steps at which a process can be made to die, stop or fail, for tests. */

/**
 * The states that a killed process can leave behind while it makes a file or folder whole (`whole.ts`), in order: the work folder is
 * there; all is written; what was at the place is set aside (folders only); the new one is in; its name is on the disk; the old one and
 * the work folder are gone.
 */
export const wholeSteps = ["makeWork", "write", "setAside", "renameIn", "sync", "removeOld"] as const;

export type WholeStep = (typeof wholeSteps)[number];

/** `keep`: the compile cache has begun the file of a program. */
type Step = WholeStep | "keep";

/**
 * The variable that names what happens at a step, `WHAT:STEP`: `kill` (SIGKILL, as a crash or a lost machine would), `stop` (SIGSTOP,
 * until SIGCONT comes), or the code of an error of the system, such as `ENOSPC`.
 */
export const FAILPOINT = "STABLEGRIFFIN_FAILPOINT";

const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = { kill: "SIGKILL", stop: "SIGSTOP" };

/** Notes that a step is done. @throws the error that FAILPOINT names for it */
export function reached(step: Step): void {
  const [what = "", where] = process.env[FAILPOINT]?.split(":") ?? [];
  if (where !== step) return;
  const signal = SIGNALS[what];
  if (signal === undefined) throw Object.assign(new Error(`${what}: failpoint ${step}`), { code: what });
  process.kill(process.pid, signal);
}
