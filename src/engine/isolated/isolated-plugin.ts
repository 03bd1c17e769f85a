/** @file A plugin in a process of its own, with bounds: what it does to the process is an error here. */
import type { FileHandle } from "node:fs/promises";
import type { CompileRequest } from "../../runtime-pjrt/index.js";
import { expectRequest } from "../../runtime-pjrt/given.js";
import { GriffinError } from "../../support/errors.js";
import { expectGiven } from "../../support/given.js";
import { abortedError, checkNotAborted, type WaitOptions, WAIT_OPTIONS } from "../../support/wait.js";
import type { ClientFacts, TopologyRequest } from "../../targets/index.js";
import type { CompiledCost } from "../compile-and-count.js";
import type { Execution, HostValue } from "../execute.js";
import { closedError, loadingError, PluginDeathError, saveProgram } from "./errors.js";
import { type IsolationLimits, ISOLATION_LIMITS } from "./limits.js";
import { type Call, type Death, PluginProcess } from "./plugin-process.js";
import type { Answer, TaskName, Tasks } from "./tasks.js";
import { readTensors, writeTensors } from "./tensor-file.js";
import { openUnnamedFile } from "./temporary.js";
import { checkOptions } from "../../support/options.js";

interface Running {
  readonly process: PluginProcess;
  readonly tensors: FileHandle;
}

/** A call that has its turn, or waits for it. */
interface Turn extends Call {
  /** How often the plugin had been closed when it began: the next time ends it. */
  readonly epoch: number;
}

/**
 * Compiles and runs programs in a process of its own. A program that ends the process, hangs, or takes more than it may becomes a
 * PluginDeathError, and the next program gets a new process. One program runs at a time. Errors of the plugin are GriffinErrors of the
 * same kind, text and exit code as in this process. Close it: its process goes on otherwise.
 */
export class IsolatedPlugin implements AsyncDisposable {
  #running: Running | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** How often it was closed. */
  #epoch = 0;

  /** @param path the plugin, a shared library; it is loaded when it is first needed */
  constructor(
    readonly path: string,
    readonly limits: IsolationLimits = {},
  ) {
    checkOptions("new IsolatedPlugin", limits, ISOLATION_LIMITS);
  }

  /** What rules for programs ask of a plugin. @throws EnvironmentError when the plugin cannot be loaded; PjrtError; AbortedError */
  facts(wait: WaitOptions = {}): Promise<ClientFacts> {
    checkOptions("IsolatedPlugin.facts", wait, WAIT_OPTIONS);
    return this.#inTurn(wait, (turn) => this.#ask("facts", {}, undefined, turn));
  }

  /**
   * Compiles a program and runs it once. @returns its results in order
   * @throws UsageError, ArgumentError for what is no such; PluginDeathError; what the plugin says of the program; AbortedError
   */
  execute(execution: Execution, wait: WaitOptions = {}): Promise<readonly HostValue[]> {
    checkOptions("IsolatedPlugin.execute", wait, WAIT_OPTIONS);
    expectExecution(execution);
    const { request, inputs, cache } = execution;
    return this.#inTurn(wait, async (turn) => {
      const { tensors } = await this.#start(turn);
      const given = {
        request,
        inputs: await writeTensors(tensors.fd, inputs),
        cache: await placeOf(cache),
      };
      return readTensors(tensors.fd, await this.#ask("execute", given, request, turn));
    });
  }

  /**
   * Compiles a program, for a topology or for the devices that the plugin finds, and counts what it does.
   * @throws as `execute` does; ProgramError when the plugin does not hand out its HLO
   */
  cost(
    topology: TopologyRequest | undefined,
    request: CompileRequest,
    wait: WaitOptions = {},
  ): Promise<CompiledCost> {
    checkOptions("IsolatedPlugin.cost", wait, WAIT_OPTIONS);
    expectRequest(request);
    return this.#inTurn(wait, (turn) => this.#ask("cost", { topology, request }, request, turn));
  }

  /** Ends the process, whatever it is doing; calls under way and in the queue are AbortedErrors. A later call starts a new one. */
  async close(): Promise<void> {
    this.#epoch += 1;
    const [running, last] = [this.#running, this.#last];
    await running?.process.kill();
    // The file of tensors may be in use until then.
    await last;
    if (running !== undefined) await this.#release(running);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #inTurn<T>(wait: WaitOptions, work: (turn: Turn) => Promise<T>): Promise<T> {
    const turn = { ...wait, startedAt: performance.now(), epoch: this.#epoch };
    const mine = this.#last.then(() => {
      this.#checkOpen(turn);
      checkNotAborted("the program", wait);
      const { timeoutMs, startedAt } = turn;
      if (timeoutMs !== undefined && performance.now() - startedAt >= timeoutMs)
        throw abortedError("the program", startedAt, wait, "others were before it");
      return work(turn);
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** @throws AbortedError when it was closed since the call */
  #checkOpen({ epoch }: Turn): void {
    if (epoch !== this.#epoch) throw closedError(this.path);
  }

  /** A process that has loaded the plugin: the one there is, unless it ended between two programs. */
  async #start(turn: Turn): Promise<Running> {
    if (this.#running?.process.isAlive === true) return this.#running;
    if (this.#running !== undefined) await this.#release(this.#running);
    const tensors = await openUnnamedFile();
    if (turn.epoch !== this.#epoch) {
      await tensors.close();
      throw closedError(this.path);
    }
    const running = { process: new PluginProcess(this.path, tensors.fd), tensors };
    this.#running = running;
    try {
      await this.#judge(running, () => running.process.ready(turn), undefined, turn);
    } catch (error) {
      // Alive or not: it has no plugin.
      await this.#release(running);
      throw error;
    }
    return running;
  }

  async #release(running: Running): Promise<void> {
    if (this.#running === running) this.#running = undefined;
    await running.process.kill();
    await running.tensors.close();
  }

  async #ask<N extends TaskName>(
    task: N,
    given: Tasks[N]["given"],
    request: CompileRequest | undefined,
    turn: Turn,
  ): Promise<Tasks[N]["gives"]> {
    const running = await this.#start(turn);
    const ask = () => running.process.ask({ task, given }, this.limits, turn);
    const answer = await this.#judge(running, ask, request, turn);
    return ("gives" in answer ? answer.gives : undefined) as Tasks[N]["gives"];
  }

  /** An answer that is no error. A process that has ended is let go. */
  async #judge(
    running: Running,
    ask: () => Promise<Answer | Death>,
    request: CompileRequest | undefined,
    turn: Turn,
  ): Promise<Answer> {
    let answer: Answer | Death;
    try {
      answer = await ask();
    } finally {
      if (!running.process.isAlive) await this.#release(running);
    }
    if ("error" in answer) {
      const { kind, details, exitCode } = answer.error;
      throw new GriffinError(kind, details, exitCode);
    }
    if (!("reason" in answer)) return answer;
    this.#checkOpen(turn);
    if (request === undefined && answer.reason === "ended") throw loadingError(this.path, answer);
    const saved = request === undefined ? undefined : await saveProgram(request.program);
    throw new PluginDeathError(this.path, answer, this.limits, saved);
  }
}

/** @throws UsageError, ArgumentError for what is no program with inputs */
function expectExecution(execution: Execution): void {
  expectGiven(isExecution(execution), execution, {
    by: "IsolatedPlugin.execute",
    what: "execution",
    expected: "{ request: { program, signature }, inputs: [...] }, inputs as elementType, dimensions, data",
  });
  expectRequest(execution.request);
}

const isExecution = (execution: unknown): execution is Execution =>
  typeof execution === "object" &&
  execution !== null &&
  "inputs" in execution &&
  Array.isArray(execution.inputs) &&
  Array.from(execution.inputs).every((input: unknown) =>
    ArrayBuffer.isView((input as HostValue | undefined)?.data),
  );

/** A cache as a child process can be told of it; what stands in its way is told here, where somebody listens. */
async function placeOf(cache: Execution["cache"]) {
  await cache?.problem();
  return cache === undefined
    ? undefined
    : { folder: cache.folder, maxBytes: cache.maxBytes, keyFolder: cache.keyFolder };
}
