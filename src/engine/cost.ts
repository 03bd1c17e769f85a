/** @file Compiles a program only to look at what the compiler made of it. */
import { countModule, moduleFromProto, type ProgramCost } from "../cost/index.js";
import type { Operation } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import { type ProgramRules, verifyProgram } from "../ir/verify-program/index.js";
import {
  type CompiledMemoryStats,
  type CompiledProgram,
  type CompileRequest,
  ifSupported,
  type Plugin,
} from "../runtime-pjrt/index.js";
import { resolveTarget, type TargetLike, type TopologyRequest, verifyLimits } from "../targets/index.js";
import { ProgramError } from "../program/index.js";
import { mainInterface } from "./stablehlo-program.js";

/** What a compiler made of a program. */
export interface CompiledCost {
  readonly cost: ProgramCost;
  /** As the compiler planned it; undefined where it does not tell. */
  readonly memory: CompiledMemoryStats | undefined;
  readonly compileMs: number;
}

/**
 * StableHLO with the names and lines of the model, by which costs are grouped.
 * @throws VerifyError for what a compiler of the target is known to abort on; ProgramError for values that no buffer can hold
 */
export function costRequest(module: Operation, target: TargetLike, rules?: ProgramRules): CompileRequest {
  verifyProgram(module, rules);
  verifyLimits(module, resolveTarget(target).target.limits);
  return { program: printModule(module, { locations: true }), signature: mainInterface(module) };
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
