/** @file Which lines two texts differ in (E. Myers, An O(ND) Difference Algorithm, 1986), with context around. */

/** A line of a difference: kept, removed or added. */
export interface DiffLine {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

/** Texts that differ in more lines than this are shown one after the other: nobody reads such a diff, and it is slow. */
const maxEdits = 2000;

/** How far down `before` one gets on a diagonal (x - y) with a number of edits; -1 where nothing leads. */
class Reach {
  readonly #ends: Int32Array;

  constructor(readonly edits: number) {
    this.#ends = new Int32Array(2 * edits + 1);
  }

  get(diagonal: number): number {
    return this.#ends[diagonal + this.edits] ?? -1;
  }

  set(diagonal: number, x: number): void {
    this.#ends[diagonal + this.edits] = x;
  }
}

/** Whether the best way to a diagonal adds a line (from the diagonal above) rather than removes one. */
function adds(previous: Reach, diagonal: number): boolean {
  const { edits } = previous;
  if (diagonal < -edits) return true;
  return diagonal <= edits && previous.get(diagonal - 1) < previous.get(diagonal + 1);
}

/** The reach for 0, 1, 2 ... edits until both ends are met; undefined when that takes too many. */
function furthest(before: readonly string[], after: readonly string[]): readonly Reach[] | undefined {
  const history: Reach[] = [];
  for (let edits = 0; edits <= maxEdits; edits++) {
    const reach = new Reach(edits);
    const previous = history.at(-1);
    history.push(reach);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = 0;
      if (previous !== undefined)
        x = adds(previous, diagonal) ? previous.get(diagonal + 1) : previous.get(diagonal - 1) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      reach.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return history;
    }
  }
  return undefined;
}

/** All lines of both texts, in order. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const history = furthest(before, after);
  if (history === undefined) {
    const all = (kind: "-" | "+", texts: readonly string[]) => texts.map((text) => ({ kind, text }));
    return [...all("-", before), ...all("+", after)];
  }
  const lines: DiffLine[] = [];
  let [x, y] = [before.length, after.length];
  const keepDownTo = (start: number): void => {
    for (; x > start; y--) lines.push({ kind: " ", text: before[--x]! });
  };
  for (const previous of history.slice(0, -1).reverse()) {
    if (adds(previous, x - y)) {
      keepDownTo(previous.get(x - y + 1));
      lines.push({ kind: "+", text: after[--y]! });
    } else {
      keepDownTo(previous.get(x - y - 1) + 1);
      lines.push({ kind: "-", text: before[--x]! });
    }
  }
  keepDownTo(0);
  return lines.reverse();
}

/** The changed lines with up to `context` kept ones around; `...` stands for those left out. Empty for equal texts. */
export function formatDiff(before: string, after: string, context = 3): readonly string[] {
  const lines = diffLines(before.split("\n"), after.split("\n"));
  const near = lines.map(() => false);
  lines.forEach(({ kind }, i) => {
    if (kind !== " ") near.fill(true, Math.max(0, i - context), i + context + 1);
  });
  if (!near.includes(true)) return [];
  return lines.flatMap(({ kind, text }, i) => {
    if (near[i]) return [`${kind} ${text}`];
    return i === 0 || near[i - 1] ? ["..."] : [];
  });
}
