/** @file Lowered programs compiled by a plugin: now, from a cache, or ahead of time. */
import {
  type AheadOfTimeProgram,
  type Client,
  type CompileCache,
  type CompileRequest,
  compileThrough,
  type DeviceBuffer,
  type Executable,
  type Topology,
} from "../runtime-pjrt/index.js";
import { printModule } from "../ir/text/index.js";
import {
  callProgram,
  closeAll,
  type LoadedProgram,
  type WeightPreparation,
  type ProgramBuffers,
  type ProgramResults,
  runPreparation,
} from "../serving/index.js";
import type { Interface } from "../program/index.js";
import { type WaitOptions, WAIT_OPTIONS } from "../support/wait.js";
import type { LoweredProgram } from "./lowered-program.js";
import { checkOptions } from "../support/options.js";

/** Compiles for devices that are described, not present, e.g. a TPU. @throws PjrtError with the compiler's words */
export const compileAhead = (topology: Topology, lowered: LoweredProgram): Promise<AheadOfTimeProgram> =>
  topology.compile(requestOf(lowered));

const requestOf = (lowered: LoweredProgram): CompileRequest => ({
  program: printModule(lowered.module),
  signature: lowered,
  options: { preferredFlags: lowered.compilerFlags },
});

/** A lowered program that a client can run. Close it. */
export class CompiledProgram implements LoadedProgram, Disposable {
  /** What its arguments and results mean. */
  readonly interface: Interface;
  readonly preparations: readonly WeightPreparation[];

  private constructor(
    lowered: LoweredProgram,
    readonly executable: Executable,
    /** How long it took to compile, or to find in the cache, in ms. */
    readonly compileMs: number,
    /** Whether it was compiled by an earlier process. */
    readonly fromCache: boolean,
    preparations: readonly WeightPreparation[],
  ) {
    this.interface = lowered;
    this.preparations = preparations;
  }

  /** Compiles StableHLO text, or finds it in the cache, if one is given. @throws PjrtError with the compiler's words; AbortedError */
  static async compile(
    client: Client,
    lowered: LoweredProgram,
    cache?: CompileCache,
    wait: WaitOptions = {},
  ): Promise<CompiledProgram> {
    checkOptions("CompiledProgram.compile", wait, WAIT_OPTIONS);
    const start = performance.now();
    const { executable, fromCache } = await compileThrough(cache, client, requestOf(lowered), wait);
    const ms = performance.now() - start;
    const preparations = lowered.preparations.map((prepare) => preparationOf(client, prepare, cache));
    return new CompiledProgram(lowered, executable, ms, fromCache, preparations);
  }

  /**
   * Computes the `prepared` arguments of `run` from the parameters, by name; none for a program that runs by itself. The caller
   * closes them. @throws UsageError for a parameter that is not given; PjrtError
   */
  async prepare(parameters: ReadonlyMap<string, DeviceBuffer>): Promise<ReadonlyMap<string, DeviceBuffer>> {
    const prepared = new Map<string, DeviceBuffer>();
    try {
      for (const preparation of this.preparations)
        for (const [name, buffer] of await runPreparation(preparation, parameters))
          prepared.set(name, buffer);
      return prepared;
    } catch (error) {
      closeAll(prepared.values());
      throw error;
    }
  }

  /** Enqueues one run. States are used up; the results' take their place. @throws UsageError for a buffer that is not given */
  run(buffers: ProgramBuffers): Promise<ProgramResults> {
    return callProgram(this.interface, this.executable, buffers);
  }

  close(): void {
    this.executable.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const preparationOf = (
  client: Client,
  prepare: LoweredProgram,
  cache: CompileCache | undefined,
): WeightPreparation => ({
  interface: prepare,
  load: async () => (await CompiledProgram.compile(client, prepare, cache)).executable,
});
