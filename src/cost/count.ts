/** @file Everything that one execution of a program does, instruction by instruction, loops by their turns. */
import { flopsOf } from "./flops.js";
import type { Computation, Instruction, Module } from "./hlo.js";
import { addBytes, type MemoryBytes, timesBytes } from "./memory.js";
import { pathsOf } from "./path.js";
import { isFree, trafficOf } from "./traffic.js";
import { type Loop, tripsOf } from "./trips.js";

/** What an instruction does in one execution of the program, all its own executions together. */
export interface InstructionCost {
  readonly name: string;
  readonly opcode: string;
  /** Where it comes from, as the front end named it; empty where nothing says. */
  readonly path: string;
  /** How often it is executed. */
  readonly times: number;
  readonly read: MemoryBytes;
  readonly written: MemoryBytes;
  /** Of dots and convolutions. */
  readonly flops: number;
  /** The compiler's estimate; undefined where it has none. */
  readonly cycles: number | undefined;
  /** Whether it runs beside others, as copies ahead of time do. */
  readonly asynchronous: boolean;
}

export interface ProgramCost {
  readonly name: string;
  readonly instructions: readonly InstructionCost[];
  /** Loops whose turns are not known: counted as one turn. */
  readonly unknownLoops: readonly string[];
  /** Of each, the branch with the most cycles, or the most bytes, is counted. */
  readonly conditionals: readonly string[];
}

/** Counts a module from its entry computation. */
export function countModule(module: Module): ProgramCost {
  const counter = new Counter(module);
  const counts = counter.computation(module.entry, 1, undefined);
  return {
    name: module.name,
    instructions: merge(counts),
    unknownLoops: [...counter.unknownLoops],
    conditionals: [...counter.conditionals],
  };
}

class Counter {
  readonly unknownLoops = new Set<string>();
  readonly conditionals = new Set<string>();

  constructor(readonly module: Module) {}

  computation(computation: Computation, times: number, loop: Loop | undefined): readonly InstructionCost[] {
    const paths = pathsOf(this.module, computation);
    return [...computation.instructions.values()].flatMap((instruction) => {
      switch (instruction.opcode) {
        case "while":
          return this.loop({ loop: instruction, within: computation, outer: loop }, times);
        case "call":
          return instruction.calls.flatMap((name) => this.called(name, times));
        case "conditional":
          return this.conditional(instruction, times);
        default:
          return isFree(instruction)
            ? []
            : [this.instruction(computation, instruction, times, paths.get(instruction.name) ?? "")];
      }
    });
  }

  private called(name: string, times: number, loop?: Loop): readonly InstructionCost[] {
    return this.computation(this.module.computations.get(name)!, times, loop);
  }

  private loop(at: Loop, times: number): readonly InstructionCost[] {
    const trips = tripsOf(this.module, at);
    if (trips === undefined) this.unknownLoops.add(at.loop.name);
    const turns = trips ?? 1;
    const [condition, body] = at.loop.calls;
    // The condition is asked once more than the body runs.
    return [...this.called(condition!, times * (turns + 1)), ...this.called(body!, times * turns, at)];
  }

  private conditional(instruction: Instruction, times: number): readonly InstructionCost[] {
    this.conditionals.add(instruction.name);
    const branches = instruction.calls.map((name) => this.called(name, times));
    const cycles = (list: readonly InstructionCost[]) =>
      list.reduce((sum, cost) => sum + (cost.cycles ?? 0), 0);
    const bytes = (list: readonly InstructionCost[]) =>
      list.reduce((sum, { read, written }) => sum + read.hbm + written.hbm, 0);
    return branches.reduce((most, branch) =>
      (cycles(branch) - cycles(most) || bytes(branch) - bytes(most)) > 0 ? branch : most,
    );
  }

  private instruction(
    computation: Computation,
    instruction: Instruction,
    times: number,
    path: string,
  ): InstructionCost {
    const { name, opcode, cycles } = instruction;
    const { read, written } = trafficOf(this.module, computation, instruction);
    return {
      name,
      opcode,
      path,
      times,
      read: timesBytes(read, times),
      written: timesBytes(written, times),
      flops: flopsOf(this.module, computation, instruction) * times,
      cycles: cycles === undefined ? undefined : cycles * times,
      asynchronous: instruction.asynchronous === true || opcode.endsWith("-start"),
    };
  }
}

/** One entry an instruction, also where its computation is called from several places. */
function merge(costs: readonly InstructionCost[]): readonly InstructionCost[] {
  const merged = new Map<string, InstructionCost>();
  for (const cost of costs) {
    const before = merged.get(cost.name);
    merged.set(
      cost.name,
      before === undefined
        ? cost
        : {
            ...cost,
            times: before.times + cost.times,
            read: addBytes(before.read, cost.read),
            written: addBytes(before.written, cost.written),
            flops: before.flops + cost.flops,
            cycles: cost.cycles === undefined ? undefined : before.cycles! + cost.cycles,
          },
    );
  }
  return [...merged.values()];
}
