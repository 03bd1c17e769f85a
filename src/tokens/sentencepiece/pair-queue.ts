/** @file Pairs of neighbours, the best first. */

/** Two neighbours that could be merged. */
export interface Pair {
  readonly score: number;
  readonly left: number;
  readonly right: number;
  /** Bytes of both together, when they were put in. */
  readonly size: number;
}

const isBetter = (a: Pair, b: Pair): boolean => a.score > b.score || (a.score === b.score && a.left < b.left);

/** A heap: the highest score first, of equals the leftmost. */
export class PairQueue {
  readonly #heap: Pair[] = [];

  push(score: number, left: number, right: number, size: number): void {
    const heap = this.#heap;
    const pair = { score, left, right, size };
    let at = heap.length;
    heap.push(pair);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBetter(pair, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = pair;
  }

  pop(): Pair | undefined {
    const heap = this.#heap;
    const best = heap[0];
    const last = heap.pop();
    if (best === undefined || last === undefined || heap.length === 0) return best;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBetter(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBetter(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return best;
  }
}
