/**
 * @file The order in which MLIR remembers the uses of a value. Readers may ignore it, but libStablehlo's
 * bytes hold it where it is not the natural one: latest use first. It changes when an operation is rewritten
 * for an older version: what it uses is then used anew, latest of all; and the uses of its results move over
 * to new results, which turns them round.
 */
import { Operation, type Value, walk } from "../operation.js";
import type { ByteWriter } from "./byte-writer.js";
import type { UseList } from "./program.js";

interface Use {
  /** Position of the use in the program. */
  readonly position: number;
  readonly isRewritten: boolean;
}

/**
 * By value, where the natural order differs: for each use, latest first, its place in the remembered order.
 */
export type UseLists = ReadonlyMap<Value, readonly number[]>;

/**
 * The orders of uses in `module` after the operations of which `isRewritten` holds were replaced one by one.
 */
export function findUseLists(module: Operation, isRewritten: (operation: Operation) => boolean): UseLists {
  const uses = new Map<Value, Use[]>();
  for (const operation of walk(module)) {
    if (!isRewritten(operation)) continue;
    for (const value of [...operation.operands, ...operation.results]) uses.set(value, []);
  }
  if (uses.size === 0) return new Map();
  let position = 0;
  for (const operation of walk(module)) {
    for (const operand of operation.operands) {
      position++;
      uses.get(operand)?.push({ position, isRewritten: isRewritten(operation) });
    }
  }
  const orders = new Map<Value, readonly number[]>();
  for (const [value, list] of uses) {
    if (list.length < 2) continue;
    const order = orderOf(list, value.owner instanceof Operation && isRewritten(value.owner));
    if (order.some((place, i) => place !== i)) orders.set(value, order);
  }
  return orders;
}

function orderOf(uses: readonly Use[], isResultOfRewritten: boolean): number[] {
  const kept = uses.filter((use) => !use.isRewritten);
  const fresh = uses.filter((use) => use.isRewritten).reverse();
  const remembered = isResultOfRewritten ? [...kept, ...fresh] : [...fresh, ...kept.reverse()];
  return remembered
    .map((use, place) => ({ ...use, place }))
    .sort((a, b) => b.position - a.position)
    .map(({ place }) => place);
}

/**
 * Writes the orders of some of `valueCount` values, whole or as pairs of what moves where, whichever is
 * shorter.
 */
export function writeUseLists(output: ByteWriter, lists: readonly UseList[], valueCount: number): void {
  if (valueCount !== 1) output.varint(lists.length);
  for (const { index, order } of lists) {
    if (valueCount !== 1) output.varint(index);
    const moved = order.flatMap((place, i) => (place === i ? [] : [place, i]));
    const asPairs = moved.length < order.length - (order.length % 2);
    const numbers = asPairs ? moved : order;
    output.flaggedVarint(numbers.length, asPairs);
    for (const number of numbers) output.varint(number);
  }
}
