/** @file What one execution of an instruction reads and writes. */
import { fusionReads, fusionWrites } from "./fusion.js";
import { type Computation, type Instruction, type Module, operandsOf, type Shape } from "./hlo.js";
import { addBytes, bytesIn, type MemoryBytes, shapeBytes, sumBytes, totalBytes } from "./memory.js";

export interface Traffic {
  readonly read: MemoryBytes;
  readonly written: MemoryBytes;
}

/** What only names or regroups memory that is there. */
const FREE = [
  "parameter",
  "constant",
  "tuple",
  "get-tuple-element",
  "bitcast",
  "after-all",
  "add-dependency",
  "opt-barrier",
  "domain",
  "partition-id",
  "replica-id",
];

/** Custom calls of libtpu that reserve or name memory. */
const FREE_TARGETS = ["AllocateBuffer", "ConcatBitcast", "AssumeGatherIndicesInBound"];

/** What calls computations that are counted by themselves. */
const CONTAINERS = ["while", "call", "conditional"];

/** Whether an instruction does no work of its own. What an asynchronous operation does is counted where it starts. */
export function isFree({ opcode, target }: Instruction): boolean {
  if (FREE.includes(opcode) || CONTAINERS.includes(opcode)) return true;
  if (opcode.endsWith("-done") || opcode.endsWith("-update")) return opcode !== "dynamic-update-slice";
  return opcode === "custom-call" && target !== undefined && FREE_TARGETS.includes(target);
}

/** Both sides of one execution of an instruction that is not free. */
export function trafficOf(module: Module, computation: Computation, instruction: Instruction): Traffic {
  const operands = operandsOf(computation, instruction);
  const written = shapeBytes(resultOf(instruction));
  const [first, ...rest] = operands;
  switch (instruction.opcode) {
    case "fusion":
      return {
        read: fusionReads(module, computation, instruction),
        written: fusionWrites(module, instruction),
      };
    case "slice":
    case "dynamic-slice":
    case "gather":
      // As much of the operand as comes out, from where the operand lies.
      return { read: addBytes(partOf(first!.shape, resultOf(instruction)), readsOf(rest)), written };
    case "dynamic-update-slice":
      // In place: what is not updated stays where it is.
      return { read: readsOf(rest), written: partOf(instruction.shape, rest[0]!.shape) };
    case "scatter":
      return {
        read: addBytes(readsOf(rest), scattered(instruction, operands)),
        written: scattered(instruction, operands),
      };
    default:
      return { read: readsOf(operands), written };
  }
}

/** Each operand once, even if it is given twice. */
const readsOf = (operands: readonly Instruction[]): MemoryBytes =>
  sumBytes([...new Set(operands)].map(({ shape }) => shapeBytes(shape)));

/** As many bytes as `part` has, in the memory of `whole`. */
const partOf = (whole: Shape, part: Shape): MemoryBytes =>
  whole.kind === "array" ? bytesIn(whole, Math.min(totalBytes(part), whole.bytes)) : shapeBytes(part);

/** In place: of its results, as much as the updates have. Operands: the arrays, the indices, the updates. */
function scattered({ shape }: Instruction, operands: readonly Instruction[]): MemoryBytes {
  const updates = operands.slice((operands.length + 1) / 2);
  const results = shape.kind === "array" ? [shape] : shape.parts;
  return sumBytes(updates.map((update, i) => partOf(results[i] ?? shape, update.shape)));
}

/** What an instruction leaves behind; starts also carry what they were given, and how far they are. */
function resultOf({ opcode, shape }: Instruction): Shape {
  if (shape.kind === "array" || !opcode.endsWith("-start")) return shape;
  if (opcode === "copy-start") return shape.parts[0]!;
  return shape.parts[1] ?? shape;
}
