/** @file Compiles a program only to look at what the compiler made of it. */
import { countModule, moduleFromProto, type ProgramCost } from "../cost/index.js";
import { ProgramError } from "../program/index.js";
import {
  type CompiledMemoryStats,
  type CompiledProgram,
  type CompileRequest,
  ifSupported,
  type Plugin,
} from "../runtime-pjrt/index.js";
import type { TopologyRequest } from "../targets/index.js";

/** What a compiler made of a program. */
export interface CompiledCost {
  readonly cost: ProgramCost;
  /** As the compiler planned it; undefined where it does not tell. */
  readonly memory: CompiledMemoryStats | undefined;
  readonly compileMs: number;
}

/**
 * Compiles for a topology, or for the devices that the plugin finds, and counts.
 * @throws PjrtError with the compiler's words; ProgramError when the plugin does not hand out its HLO
 */
export async function compileAndCount(
  plugin: Plugin,
  described: TopologyRequest | undefined,
  request: CompileRequest,
): Promise<CompiledCost> {
  if (described === undefined) {
    await using client = await plugin.createClient();
    const start = performance.now();
    using executable = await client.compile(request);
    return count(executable.program, performance.now() - start);
  }
  using topology = await plugin.createTopology(described.topology, described.options);
  const start = performance.now();
  using program = await topology.compile(request);
  return count(program, performance.now() - start);
}

function count(program: CompiledProgram, compileMs: number): CompiledCost {
  const hlo = ifSupported(() => program.optimizedHlo());
  if (hlo === undefined) {
    throw new ProgramError("the plugin does not hand out the program it compiled", {
      expected: "an optimised HLO module",
      hint: "its compiler can write one (--xla_dump_to): griffin cost reads it",
    });
  }
  return {
    cost: countModule(moduleFromProto(hlo)),
    memory: ifSupported(() => program.memoryStats()),
    compileMs,
  };
}
