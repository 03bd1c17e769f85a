/** @file A device of a plugin as a place to run. */
import type { TracedProgram } from "../../dsl/index.js";
import type { Argument } from "../../program/index.js";
import { type Client, type CompileCache, DeviceBuffer } from "../../runtime-pjrt/index.js";
import { closeAll } from "../../serving/index.js";
import type { WaitOptions } from "../../support/wait.js";
import { type LoweringOptions, resolveTarget, verifyForClient } from "../../targets/index.js";
import { CompiledProgram } from "../compiled.js";
import { lowerProgram } from "../family.js";
import type { HeldMemory } from "./host-tensor.js";
import type { Memories, Place, RunArguments, RunResults } from "./place.js";

/** How a program is lowered and compiled for a client. */
interface DevicePlaceOptions {
  readonly lowering: Omit<LoweringOptions, "prepare">;
  readonly cache?: CompileCache | undefined;
  /** Whether parameters are bound once: what depends on them alone is then computed once too. */
  readonly bound: boolean;
  /** Closes what was opened for it. */
  readonly release: () => Promise<void>;
  /** When to stop waiting for the compiler. */
  readonly wait: WaitOptions;
}

/** Memory of a place is buffers here. */
type Buffers = ReadonlyMap<string, DeviceBuffer>;

/** A compiled program on the first device of a client. */
export class DevicePlace implements Place {
  #bound: Buffers = new Map();
  #prepared: Buffers = new Map();

  private constructor(
    private readonly client: Client,
    private readonly program: CompiledProgram,
    private readonly release: () => Promise<void>,
  ) {}

  /** @throws VerifyError for what the plugin would not survive; PjrtError with the compiler's words; AbortedError */
  static async compile(
    client: Client,
    traced: TracedProgram,
    { lowering, cache, bound, release, wait }: DevicePlaceOptions,
  ): Promise<DevicePlace> {
    const { target } = resolveTarget(lowering.target ?? client, lowering.extensions);
    const lowered = lowerProgram(traced, { ...lowering, target, prepare: bound });
    for (const { module } of [lowered, ...lowered.preparations]) verifyForClient(module, client);
    return new DevicePlace(client, await CompiledProgram.compile(client, lowered, cache, wait), release);
  }

  upload({ elementType, dimensions, layout }: Argument, data: Uint8Array<ArrayBuffer>): Promise<HeldMemory> {
    return this.client.toDevice({ elementType, dimensions, data, layout });
  }

  async bind(parameters: Memories): Promise<void> {
    this.#bound = parameters as Buffers;
    this.#prepared = await this.program.prepare(this.#bound);
  }

  holds(memory: HeldMemory): boolean {
    return memory instanceof DeviceBuffer && this.client.owns(memory);
  }

  async run({ inputs, parameters, states }: RunArguments): Promise<RunResults> {
    const {
      outputs,
      states: next,
      probes,
    } = await this.program.run({
      inputs: inputs as Buffers,
      parameters: new Map([...this.#bound, ...(parameters as Buffers)]),
      states: states as Buffers,
      prepared: this.#prepared,
    });
    return { output: outputs, state: next, probe: probes };
  }

  async close(): Promise<void> {
    closeAll([...this.#bound.values(), ...this.#prepared.values()]);
    this.program.close();
    await this.release();
  }
}
