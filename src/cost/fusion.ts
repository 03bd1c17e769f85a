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
  return sumBytes(
    results.map((shape, i) => {
      const update = updateOf(module, fused, fused.root, i);
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
      return place === 0 && isResult(fused, user, 0) ? 0 : whole;
    case "scatter": {
      // The same, but for the elements that the updates are combined with.
      const update = scattered(fused, user, place);
      const isInPlace = update !== undefined && isResult(fused, user, place);
      return isInPlace ? Math.min(totalBytes(update.shape), whole) : whole;
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

/** What a result, or the part at a place of one that is several, updates; undefined where it is made anew. */
function updateOf(
  module: Module,
  fused: Computation,
  result: Instruction,
  place: number,
): Update | undefined {
  const operands = operandsOf(fused, result);
  const [array] = operands;
  switch (result.opcode) {
    case "tuple":
      return operands[place] && updateOf(module, fused, operands[place], 0);
    case "bitcast":
      return updateOf(module, fused, array!, place);
    case "get-tuple-element":
      return array!.opcode === "tuple" ? undefined : updateOf(module, fused, array!, result.index!);
    case "fusion": {
      const inner = module.computations.get(result.calls[0]!)!;
      const update = updateOf(module, inner, inner.root, place);
      if (update?.updated.opcode !== "parameter") return undefined;
      return { ...update, updated: originOf(fused, operands[update.updated.index!]!) };
    }
    case "dynamic-update-slice":
      return { updated: originOf(fused, array!), bytes: totalBytes(operands[1]!.shape) };
    case "scatter": {
      const update = scattered(fused, result, place);
      return update && { updated: originOf(fused, operands[place]!), bytes: totalBytes(update.shape) };
    }
    default:
      return undefined;
  }
}

/** The update of the array at a place of a scatter's operands: arrays, indices, an update for each array; undefined for no array. */
function scattered(fused: Computation, scatter: Instruction, place: number): Instruction | undefined {
  const operands = operandsOf(fused, scatter);
  const arrays = (operands.length - 1) / 2;
  return place < arrays ? operands[arrays + 1 + place] : undefined;
}

/** Whether a value, or its part at a place if it has several, is the root or reaches it under other names only. */
function isResult(fused: Computation, value: Instruction, place: number): boolean {
  if (fused.root === value) return true;
  return usersOf(fused, value).some((user) => {
    if (user.opcode === "tuple") return user === fused.root;
    const isSame = user.opcode === "bitcast" || (user.opcode === "get-tuple-element" && user.index === place);
    return isSame && isResult(fused, user, 0);
  });
}

function originOf(fused: Computation, value: Instruction): Instruction {
  return value.opcode === "bitcast" ? originOf(fused, operandsOf(fused, value)[0]!) : value;
}
