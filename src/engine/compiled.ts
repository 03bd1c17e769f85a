/** @file Lowered programs compiled by a plugin: now, from a cache, or ahead of time. */
import {
  type AheadOfTimeProgram,
  type Client,
  type CompileCache,
  compileThrough,
  type DeviceBuffer,
  type Executable,
  type Topology,
} from "../runtime-pjrt/index.js";
import { printModule } from "../ir/text/index.js";
import {
  callProgram,
  type LoadedProgram,
  type WeightPreparation,
  type ProgramBuffers,
  type ProgramResults,
  runPreparation,
} from "../serving/index.js";
import type { Interface } from "../program/index.js";
import { type LoweredProgram, preparationId } from "./lower.js";

/** Compiles for devices that are described, not present, e.g. a TPU. @throws PjrtError with the compiler's words */
export const compileAhead = (topology: Topology, lowered: LoweredProgram): Promise<AheadOfTimeProgram> =>
  topology.compile({ program: printModule(lowered.module), signature: lowered });

/** A lowered program that a client can run. Close it. */
export class CompiledProgram implements LoadedProgram, Disposable {
  /** What its arguments and results mean. */
  readonly interface: Interface;
  readonly preparation: WeightPreparation | undefined;

  private constructor(
    lowered: LoweredProgram,
    readonly executable: Executable,
    /** How long it took to compile, or to find in the cache, in ms. */
    readonly compileMs: number,
    /** Whether it was compiled by an earlier process. */
    readonly fromCache: boolean,
    preparation: WeightPreparation | undefined,
  ) {
    this.interface = lowered;
    this.preparation = preparation;
  }

  /** Compiles StableHLO text, or finds it in the cache, if one is given. @throws PjrtError with the compiler's words */
  static async compile(
    client: Client,
    lowered: LoweredProgram,
    cache?: CompileCache,
  ): Promise<CompiledProgram> {
    const start = performance.now();
    const request = { program: printModule(lowered.module), signature: lowered };
    const { executable, fromCache } = await compileThrough(cache, client, request);
    const ms = performance.now() - start;
    const preparation = preparationOf(client, lowered.prepare, cache);
    return new CompiledProgram(lowered, executable, ms, fromCache, preparation);
  }

  /**
   * Computes the `prepared` arguments of `run` from the parameters, in their order; none for a program that runs by itself. The caller
   * closes them. @throws UsageError for a parameter that is not given; PjrtError
   */
  async prepare(parameters: ReadonlyMap<string, DeviceBuffer>): Promise<readonly DeviceBuffer[]> {
    return this.preparation === undefined ? [] : runPreparation(this.preparation, parameters);
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

function preparationOf(
  client: Client,
  prepare: LoweredProgram | undefined,
  cache: CompileCache | undefined,
): WeightPreparation | undefined {
  if (prepare === undefined) return undefined;
  return {
    id: preparationId(prepare),
    load: () => CompiledProgram.compile(client, prepare, cache),
  };
}
