/** @file What the command line reads from and writes to: a process's streams and variables, or a caller's own. */
import type { ExitCode } from "../support/errors.js";

/** The part of a stream that is written to. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a process does for deadlines of its command. */
export interface DeadlineWatch {
  /** Ends what the thread computes when so many ms are over, unless the returned function is called: timers do not come to their turn meanwhile. */
  watch(ms: number, message: string): Promise<() => Promise<unknown>>;
  /** The time is over: what still goes on only the end of the process ends. */
  leave(): void;
}

/** Nothing under src/cli reads or writes anything else but files. */
export interface CommandLineIo {
  /** Results, and nothing but results. */
  readonly stdout: OutputStream;
  /** Progress, notes and complaints. */
  readonly stderr: OutputStream;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Variables for colours, for Python and for the folders of plugins and of compiled programs. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Stops work between two tokens, files or cases; what is open is closed first. The command itself gives none: a signal of the system
   * ends its process at once.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Calls back at the next interrupt (Ctrl-C) instead of ending the process, once; the returned function gives that up. Without it commands are
   * not told of interrupts.
   */
  readonly onInterrupt?: ((listener: () => void) => () => void) | undefined;
  /** For --timeout; without it work that does not listen is left behind, and what computes ends when it ends. */
  readonly deadlines?: DeadlineWatch | undefined;
}

/** 0 good; 1 the thing checked is wrong, 2 wrong usage, 3 wrong environment (ARCHITECTURE.md); 130 stopped by an interrupt, with what was done kept. */
export type ExitStatus = 0 | ExitCode | 130;
