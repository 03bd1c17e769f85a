/** @file The built command in a process of its own, so that nothing an input does ends the judge. */
import { execa } from "execa";

/** How a command ended. */
export interface Ended {
  /** Absent when a signal or the limit of time ended it. */
  readonly code: number | undefined;
  /** What ended it, when there is no code. */
  readonly how: string;
  /** All that it printed. */
  readonly output: string;
}

/** A small input that takes longer than this is one that hangs. */
const limitMs = 120_000;

/** Runs `griffin` with these arguments; never throws. */
export async function griffin(args: readonly string[]): Promise<Ended> {
  const { exitCode, signal, timedOut, all } = await execa("node", ["dist/src/cli/main.js", ...args], {
    all: true,
    reject: false,
    timeout: limitMs,
    stdin: "ignore",
    killSignal: "SIGKILL",
  });
  if (timedOut) return { code: undefined, how: `still running after ${limitMs / 1000} s`, output: all };
  return { code: signal === undefined ? exitCode : undefined, how: `ended by ${signal}`, output: all };
}
