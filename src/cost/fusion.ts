/** @file What a fusion reads and writes: operands and results once, parts of them where only parts are touched. */
import { type Computation, type Instruction, type Module, operandsOf, type Shape } from "./hlo.js";
import { bytesIn, type MemoryBytes, shapeBytes, sumBytes, totalBytes } from "./memory.js";

/** Every operand once, at most whole. */
export function fusionReads(module: Module, computation: Computation, fusion: Instruction): MemoryBytes {
  const fused = module.computations.get(fusion.calls[0]!)!;
  const bytes = new Map<Instruction, number>();
  operandsOf(computation, fusion).forEach((operand, i) => {
    const read = bytesRead(module, fused, fused.parameters[i]!);
    bytes.set(operand, Math.min((bytes.get(operand) ?? 0) + read, totalBytes(operand.shape)));
  });
  return sumBytes(
    [...bytes].map(([{ shape }, read]) =>
      shape.kind === "array" ? bytesIn(shape, read) : shapeBytes(shape),
    ),
  );
}

/** Every result once; of a result that is an array updated in place, the update. */
export function fusionWrites(module: Module, fusion: Instruction): MemoryBytes {
  const fused = module.computations.get(fusion.calls[0]!)!;
  const results: readonly Shape[] = fusion.shape.kind === "array" ? [fusion.shape] : fusion.shape.parts;
  const roots = fused.root.opcode === "tuple" ? operandsOf(fused, fused.root) : [fused.root];
  return sumBytes(
    results.map((shape, i) => {
      const root = roots[i];
      const updated = root === undefined ? undefined : updateInPlace(module, fused, root);
      return shape.kind === "array" ? bytesIn(shape, updated ?? shape.bytes) : shapeBytes(shape);
    }),
  );
}

/** Bytes that a fused computation reads of one value, by its users. */
function bytesRead(module: Module, fused: Computation, value: Instruction): number {
  const whole = totalBytes(value.shape);
  let sum = 0;
  for (const user of usersOf(fused, value)) {
    user.operands.forEach((name, place) => {
      if (name === value.name) sum += bytesReadBy(module, fused, user, place, whole);
    });
    if (sum >= whole) return whole;
  }
  return fused.root === value ? whole : sum;
}

function bytesReadBy(
  module: Module,
  fused: Computation,
  user: Instruction,
  place: number,
  whole: number,
): number {
  switch (user.opcode) {
    case "slice":
    case "dynamic-slice":
    case "gather":
      return place === 0 ? Math.min(totalBytes(user.shape), whole) : whole;
    case "dynamic-update-slice":
      // What is updated in place is not read; an array that comes out whole is.
      return place === 0 && isResult(fused, user) ? 0 : whole;
    case "bitcast":
    case "reshape":
      return fused.root === user ? whole : bytesRead(module, fused, user);
    case "fusion": {
      const inner = module.computations.get(user.calls[0]!)!;
      return Math.min(bytesRead(module, inner, inner.parameters[place]!), whole);
    }
    default:
      return whole;
  }
}

/** Bytes of the update, if a result is one of the fusion's operands updated in place. */
function updateInPlace(module: Module, fused: Computation, result: Instruction): number | undefined {
  const [first, update] = operandsOf(fused, result);
  if (result.opcode === "bitcast") return updateInPlace(module, fused, first!);
  if (result.opcode === "fusion") {
    const inner = module.computations.get(result.calls[0]!)!;
    return updateInPlace(module, inner, inner.root);
  }
  if (result.opcode !== "dynamic-update-slice") return undefined;
  return originOf(fused, first!).opcode === "parameter" ? totalBytes(update!.shape) : undefined;
}

/** Whether a value is the root, or reaches it under other names only. */
function isResult(fused: Computation, value: Instruction): boolean {
  if (fused.root === value) return true;
  return usersOf(fused, value).some(
    (user) =>
      (user === fused.root && user.opcode === "tuple") ||
      (user.opcode === "bitcast" && isResult(fused, user)),
  );
}

function originOf(fused: Computation, value: Instruction): Instruction {
  return value.opcode === "bitcast" ? originOf(fused, operandsOf(fused, value)[0]!) : value;
}

const users = new WeakMap<Computation, ReadonlyMap<string, readonly Instruction[]>>();

/** Instructions that read a value, each once. */
export function usersOf(computation: Computation, value: Instruction): readonly Instruction[] {
  let all = users.get(computation);
  if (all === undefined) {
    const lists = new Map<string, Instruction[]>();
    for (const instruction of computation.instructions.values()) {
      for (const name of new Set(instruction.operands)) {
        const list = lists.get(name);
        if (list === undefined) lists.set(name, [instruction]);
        else list.push(instruction);
      }
    }
    all = lists;
    users.set(computation, all);
  }
  return all.get(value.name) ?? [];
}
