/** @file What a fusion reads and writes: operands and results once, parts of them where only parts are touched. */
import { type Computation, type Instruction, type Module, operandsOf, type Shape } from "./hlo.js";
import { bytesIn, type MemoryBytes, shapeBytes, sumBytes, totalBytes } from "./memory.js";
import { usersOf } from "./users.js";

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
      const update = root === undefined ? undefined : updateOf(module, fused, root);
      // Only what came in can be updated in place; what is made inside comes out whole.
      const isInPlace = update?.updated.opcode === "parameter";
      if (shape.kind !== "array") return shapeBytes(shape);
      return bytesIn(shape, isInPlace ? Math.min(update.bytes, shape.bytes) : shape.bytes);
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
    case "scatter": {
      // The same, but for the elements that the updates are combined with.
      const updates = operandsOf(fused, user).at(-1)!;
      return place === 0 && isResult(fused, user) ? Math.min(totalBytes(updates.shape), whole) : whole;
    }
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

/** An array that is updated in place, and the bytes of the update. */
interface Update {
  readonly updated: Instruction;
  readonly bytes: number;
}

/** What a result updates; undefined where it is made anew. */
function updateOf(module: Module, fused: Computation, result: Instruction): Update | undefined {
  const operands = operandsOf(fused, result);
  const [array] = operands;
  switch (result.opcode) {
    case "bitcast":
      return updateOf(module, fused, array!);
    case "fusion": {
      const inner = module.computations.get(result.calls[0]!)!;
      const update = updateOf(module, inner, inner.root);
      if (update?.updated.opcode !== "parameter") return undefined;
      return { ...update, updated: originOf(fused, operands[update.updated.index!]!) };
    }
    case "dynamic-update-slice":
    case "scatter": {
      const update = operands[result.opcode === "scatter" ? 2 : 1]!;
      return { updated: originOf(fused, array!), bytes: totalBytes(update.shape) };
    }
    default:
      return undefined;
  }
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
