/** @file In which order examples are taken: that of the files, or one drawn for each time round. */
import { randomNumbers } from "../tokens/index.js";

/** The examples' indices in the order of a time round (`epoch`, from 0). The same seed, the same order. */
export function orderOf(count: number, epoch: number, seed: number | undefined): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  if (seed === undefined) return order;
  const random = randomNumbers((seed + epoch * 0x9e3779b1) % 2 ** 53);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
