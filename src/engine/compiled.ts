/** @file A lowered program compiled by a plugin, called with buffers by the names of its arguments. */
import type {
  AheadOfTimeProgram,
  Client,
  DeviceBuffer,
  ElementTypeName,
  Executable,
  Signature,
  Topology,
} from "../runtime-pjrt/index.js";
import { InternalError } from "../support/errors.js";
import { type LoweredProgram, stablehloText } from "./lower.js";

/** Buffers by role and name, as the arguments of a program ask for them. */
export interface ProgramBuffers {
  readonly inputs?: ReadonlyMap<string, DeviceBuffer>;
  readonly parameters?: ReadonlyMap<string, DeviceBuffer>;
  readonly states?: ReadonlyMap<string, DeviceBuffer>;
  readonly prepared?: readonly DeviceBuffer[];
}

/** The results of one run by role and name; the caller closes them. */
export interface ProgramResults {
  readonly outputs: ReadonlyMap<string, DeviceBuffer>;
  readonly states: ReadonlyMap<string, DeviceBuffer>;
  readonly probes: ReadonlyMap<string, DeviceBuffer>;
}

function signatureOf(program: LoweredProgram): Signature {
  return {
    arguments: program.arguments.map(({ role, name, type }) => ({
      name,
      elementType: type.element as ElementTypeName,
      dimensions: type.shape,
      donated: role === "state",
    })),
    results: program.results.map(({ name, axes, dtype }) => ({
      name,
      elementType: dtype as ElementTypeName,
      dimensions: axes.map((axis) => axis.size),
    })),
  };
}

/** Compiles for devices that are described, not present, e.g. a TPU. @throws PjrtError with the compiler's words */
export const compileAhead = (topology: Topology, lowered: LoweredProgram): Promise<AheadOfTimeProgram> =>
  topology.compile({ program: stablehloText(lowered), signature: signatureOf(lowered) });

export class CompiledProgram implements Disposable {
  private constructor(
    readonly lowered: LoweredProgram,
    readonly executable: Executable,
    /** How long the plugin took, in ms. */
    readonly compileMs: number,
  ) {}

  /** Compiles StableHLO text. @throws PjrtError with the compiler's words */
  static async compile(client: Client, lowered: LoweredProgram): Promise<CompiledProgram> {
    const start = performance.now();
    const executable = await client.compile({
      program: stablehloText(lowered),
      signature: signatureOf(lowered),
    });
    return new CompiledProgram(lowered, executable, performance.now() - start);
  }

  /** Runs once. States are donated: their buffers are used up, the results' take their place. */
  async run(buffers: ProgramBuffers): Promise<ProgramResults> {
    const { lowered } = this;
    const list = lowered.arguments.map(({ role, name }) => {
      const found = {
        input: () => buffers.inputs?.get(name),
        parameter: () => buffers.parameters?.get(name),
        state: () => buffers.states?.get(name),
        prepared: () => buffers.prepared?.[Number(name)],
      }[role]();
      if (found === undefined) throw new InternalError(`${lowered.name} runs without its ${role} "${name}"`);
      return found;
    });
    const results = await this.executable.execute(list);
    const named = (wanted: "output" | "state" | "probe"): ReadonlyMap<string, DeviceBuffer> =>
      new Map(
        lowered.results.flatMap(({ role, name }, i) =>
          role === wanted ? [[name, results[i]!] as const] : [],
        ),
      );
    for (const { role, name } of lowered.arguments) if (role === "state") buffers.states?.get(name)?.close();
    return { outputs: named("output"), states: named("state"), probes: named("probe") };
  }

  close(): void {
    this.executable.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
