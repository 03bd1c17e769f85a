/** @file Ends what this process's thread computes when its time is over: a thread of its own watches it, for timers come to their turn between two pieces of work only. */
import { Worker } from "node:worker_threads";

/** A piece of work may be at its end, ms. */
const PATIENCE_MS = 1000;
/** What a thread does outside of JavaScript cannot be ended alone: then the process is, ms later. */
const LAST_MS = 10_000;

/** The watching thread: ends what the main thread runs, whose timers then go off. It is told nothing and asks nothing; whoever needs it no more ends it. */
const WATCH = `
const { workerData } = require("node:worker_threads");
const { Session } = require("node:inspector");
const end = () => {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.terminateExecution", () => session.disconnect());
};
const kill = () => {
  require("node:fs").writeSync(2, workerData.message + "\\n");
  process.kill(process.pid, "SIGKILL");
};
setTimeout(end, workerData.ms);
setTimeout(kill, workerData.ms + workerData.lastMs);
`;

/**
 * Ends what the thread computes that long from now, by an error that nothing catches: only timers and the like go on. Where that is
 * not possible the message goes to stderr, and the process is killed.
 * @returns what calls it off; a process that exits before that is done waits for it, and says so on stderr
 */
export function watch(ms: number, message: string): () => Promise<unknown> {
  const workerData = { ms: ms + PATIENCE_MS, lastMs: LAST_MS, message };
  const worker = new Worker(WATCH, { eval: true, workerData, stdin: false });
  worker.unref();
  return () => worker.terminate();
}
