/** @file One process with a plugin, from its start to its end. */
import { type ChildProcess, fork } from "node:child_process";
import { packageFile } from "../../support/package.js";
import { AbortedError, abortedError, startTimer, type WaitOptions } from "../../support/wait.js";
import type { IsolationLimits } from "./limits.js";
import { residentBytes } from "./resident.js";
import { type Answer, answerSchema, type Question } from "./tasks.js";

/** How a process ended that was to answer. */
export interface Death {
  readonly reason: "ended" | "timeout" | "memory";
  /** The signal, the exit code or the time; the number of bytes. */
  readonly got: string;
  /** The last lines that it wrote to stderr. */
  readonly lastWords: readonly string[];
}

type Bound = Omit<Death, "lastWords">;

/** Until when a call may take, and when it began (`performance.now()`): its time counts from there, also that in a queue. */
export interface Call extends WaitOptions {
  readonly startedAt: number;
}

/** The built file, where this one runs from its source, too, as in tests and tools: a loader takes longer than most programs. */
const CHILD = "dist/src/engine/isolated/child.js";

const MEMORY_INTERVAL_MS = 50;
const LAST_WORDS_CHARACTERS = 16_000;
const LAST_WORDS_LINES = 8;

/** The last lines, without the addresses of a native stack. */
function lastWordsOf(stderr: string): readonly string[] {
  const lines = stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s*@\s+0x|stack trace: \*\*\*$/.test(line));
  return lines.slice(-LAST_WORDS_LINES);
}

/**
 * A process that loads a plugin and answers one question after the other. Address space is not what is bounded: Node and compilers
 * reserve far more of it than they use.
 */
export class PluginProcess {
  readonly #child: ChildProcess;
  /** How it ended, in words. */
  readonly #ended: Promise<string>;
  #stderr = "";

  /** @param tensors file descriptor of the file of tensors */
  constructor(plugin: string, tensors: number) {
    // Not through execa, which passes no file descriptors on.
    this.#child = fork(packageFile(CHILD), [plugin], {
      execArgv: [],
      serialization: "advanced",
      stdio: [tensors, "ignore", "pipe", "ipc"],
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-LAST_WORDS_CHARACTERS);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once("close", (code, signal) =>
        resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
      );
      this.#child.once("error", (error) => resolve(error.message));
    });
  }

  /** Comes when the plugin is loaded, or could not be. @throws AbortedError, with the process ended */
  ready(call: Call): Promise<Answer | Death> {
    return this.#answer("loading the plugin", {}, call);
  }

  /** @throws AbortedError, with the process ended, when the caller gives up */
  ask(question: Question, limits: IsolationLimits, call: Call): Promise<Answer | Death> {
    const answer = this.#answer("the program", limits, call);
    // A process that ended meanwhile takes no message: its end is the answer.
    this.#child.send(question, () => undefined);
    return answer;
  }

  /** Whether it can be asked: it has not ended, and was not told to. */
  get isAlive(): boolean {
    const { exitCode, signalCode, killed } = this.#child;
    return exitCode === null && signalCode === null && !killed;
  }

  /** Ends it, and comes back when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async #answer(what: string, limits: IsolationLimits, call: Call): Promise<Answer | Death> {
    const { signal, timeoutMs, startedAt } = call;
    let stopped: Bound | AbortedError | undefined;
    let isDone = false;
    const stop = (why: Bound | AbortedError): void => {
      // A reading of memory may come after the answer.
      if (isDone) return;
      stopped ??= why;
      this.#child.kill("SIGKILL");
    };
    const abort = () => stop(abortedError(what, startedAt, call, "its process was ended"));
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const stopTimer =
      timeoutMs === undefined
        ? undefined
        : startTimer(Math.max(0, startedAt + timeoutMs - performance.now()), abort);
    const unwatch = this.#watch(limits, stop);
    const answered = new Promise<unknown>((resolve) => {
      this.#child.once("message", resolve);
      void this.#ended.then(() => resolve(undefined));
    });
    const message = await answered;
    isDone = true;
    stopTimer?.();
    unwatch();
    signal?.removeEventListener("abort", abort);
    this.#child.removeAllListeners("message");
    if (message !== undefined && stopped === undefined) return answerSchema.parse(message);
    const got = await this.#ended;
    if (stopped instanceof AbortedError) throw stopped;
    return { ...(stopped ?? { reason: "ended", got }), lastWords: lastWordsOf(this.#stderr) };
  }

  /** Calls `stop` once a bound is passed, until what it gives is called. */
  #watch({ timeoutMs, memoryBytes }: IsolationLimits, stop: (why: Bound) => void): () => void {
    const stopTimer =
      timeoutMs === undefined
        ? undefined
        : startTimer(timeoutMs, () => stop({ reason: "timeout", got: `${timeoutMs / 1000} s and no end` }));
    const memory =
      memoryBytes === undefined
        ? undefined
        : setInterval(async () => {
            const bytes = await residentBytes(this.#child.pid!);
            if (bytes > memoryBytes) stop({ reason: "memory", got: `${bytes}` });
          }, MEMORY_INTERVAL_MS);
    return () => {
      stopTimer?.();
      clearInterval(memory);
    };
  }
}
