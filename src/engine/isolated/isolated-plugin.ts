/** @file A plugin in a process of its own, with bounds: what it does to the process is an error here. */
import type { FileHandle } from "node:fs/promises";
import type { CompileRequest } from "../../runtime-pjrt/index.js";
import { GriffinError } from "../../support/errors.js";
import type { WaitOptions } from "../../support/wait.js";
import type { TopologyRequest } from "../../targets/index.js";
import type { CompiledCost } from "../compile-and-count.js";
import type { Execution, HostValue } from "../execute.js";
import { loadingError, PluginDeathError, saveProgram } from "./errors.js";
import type { IsolationLimits } from "./limits.js";
import { type Death, PluginProcess } from "./plugin-process.js";
import type { Answer, PluginFacts, TaskName, Tasks } from "./tasks.js";
import { openTensorFile, readTensors, writeTensors } from "./tensor-file.js";

interface Running {
  readonly process: PluginProcess;
  readonly tensors: FileHandle;
}

/**
 * Compiles and runs programs in a process of its own. A program that ends the process, hangs, or takes more than it may becomes a
 * PluginDeathError, and the next program gets a new process. One program runs at a time. Errors of the plugin are GriffinErrors of the
 * same kind, text and exit code as in this process. Close it: its process goes on otherwise.
 */
export class IsolatedPlugin implements AsyncDisposable {
  #running: Running | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param path the plugin, a shared library; it is loaded when it is first needed */
  constructor(
    readonly path: string,
    readonly limits: IsolationLimits = {},
  ) {}

  /** What rules for programs ask of a plugin. @throws EnvironmentError when the plugin cannot be loaded; PjrtError; AbortedError */
  facts(wait: WaitOptions = {}): Promise<PluginFacts> {
    return this.#inTurn(() => this.#ask("facts", {}, undefined, wait));
  }

  /**
   * Compiles a program and runs it once. @returns its results in order
   * @throws PluginDeathError; what the plugin says of the program; AbortedError
   */
  execute({ request, inputs, cache }: Execution, wait: WaitOptions = {}): Promise<readonly HostValue[]> {
    return this.#inTurn(async () => {
      const { tensors } = await this.#start(wait);
      const given = {
        request,
        inputs: await writeTensors(tensors.fd, inputs),
        cache: await placeOf(cache),
      };
      return readTensors(tensors.fd, await this.#ask("execute", given, request, wait));
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
    return this.#inTurn(() => this.#ask("cost", { topology, request }, request, wait));
  }

  /** Ends the process, whatever it is doing; a later call starts a new one. */
  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.process.kill();
    await running?.tensors.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #start(wait: WaitOptions): Promise<Running> {
    if (this.#running !== undefined) return this.#running;
    const tensors = await openTensorFile();
    this.#running = { process: new PluginProcess(this.path, tensors.fd), tensors };
    const { process } = this.#running;
    try {
      await this.#judge(() => process.ready(wait), undefined);
    } catch (error) {
      await this.close();
      throw error;
    }
    return { process, tensors };
  }

  async #ask<N extends TaskName>(
    task: N,
    given: Tasks[N]["given"],
    request: CompileRequest | undefined,
    wait: WaitOptions,
  ): Promise<Tasks[N]["gives"]> {
    const { process } = await this.#start(wait);
    const answer = await this.#judge(() => process.ask({ task, given }, this.limits, wait), request);
    return ("gives" in answer ? answer.gives : undefined) as Tasks[N]["gives"];
  }

  /** An answer that is no error. A process that did not give one is let go. */
  async #judge(ask: () => Promise<Answer | Death>, request: CompileRequest | undefined): Promise<Answer> {
    let answer: Answer | Death;
    try {
      answer = await ask();
    } catch (error) {
      await this.close();
      throw error;
    }
    if ("error" in answer) {
      const { kind, details, exitCode } = answer.error;
      throw new GriffinError(kind, details, exitCode);
    }
    if (!("reason" in answer)) return answer;
    await this.close();
    if (request === undefined) throw loadingError(this.path, answer);
    throw new PluginDeathError(this.path, answer, this.limits, await saveProgram(request.program));
  }
}

/** A cache as a child process can be told of it; what stands in its way is told here, where somebody listens. */
async function placeOf(cache: Execution["cache"]) {
  await cache?.problem();
  return cache === undefined
    ? undefined
    : { folder: cache.folder, maxBytes: cache.maxBytes, keyFolder: cache.keyFolder };
}
