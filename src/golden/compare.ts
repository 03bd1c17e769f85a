/** @file How far two tensors are apart: not only whether, but how much, how often and where. */

/** Statistics of |actual - expected| over the elements that count. */
export interface Comparison {
  /** Elements compared. */
  readonly count: number;
  /** Infinity when an element is NaN or infinite on one side only. */
  readonly max: number;
  readonly mean: number;
  readonly rms: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  /** The element that is farthest off; undefined when nothing is compared. */
  readonly worst: Worst | undefined;
  /** The part of the elements that are within the bound; undefined without a bound. */
  readonly close: number | undefined;
}

export interface Worst {
  readonly index: readonly number[];
  readonly actual: number;
  readonly expected: number;
}

export interface ComparisonOptions {
  /**
   * Which rows of the leading axes count, e.g. one flag a position for a [batch, time, width] tensor;
   * default: all.
   */
  readonly rows?: readonly boolean[] | undefined;
  readonly bound?: number | undefined;
}

/** Compares two arrays of the same shape, row-major. Elements in rows that do not count are skipped. */
export function compare(
  actual: Float32Array,
  expected: Float32Array,
  shape: readonly number[],
  { rows = [true], bound }: ComparisonOptions = {},
): Comparison {
  const rowLength = expected.length / rows.length;
  const differences = new Float64Array(rows.filter(Boolean).length * rowLength);
  let count = 0;
  let worstAt = -1;
  let max = -1;
  let sum = 0;
  let squares = 0;
  let close = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!rows[Math.floor(i / rowLength)]) continue;
    const difference = distance(actual[i]!, expected[i]!);
    differences[count++] = difference;
    sum += difference;
    squares += difference * difference;
    if (bound !== undefined && difference <= bound) close += 1;
    if (difference <= max) continue;
    max = difference;
    worstAt = i;
  }
  differences.sort();
  const quantile = (part: number) => differences[Math.min(count - 1, Math.floor(part * count))] ?? 0;
  return {
    count,
    max: Math.max(0, max),
    mean: count === 0 ? 0 : sum / count,
    rms: count === 0 ? 0 : Math.sqrt(squares / count),
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    p999: quantile(0.999),
    worst:
      worstAt < 0
        ? undefined
        : { index: unravel(worstAt, shape), actual: actual[worstAt]!, expected: expected[worstAt]! },
    close: bound === undefined || count === 0 ? undefined : close / count,
  };
}

/** |a - b|; two infinities of one sign are equal, anything else that is not finite is infinitely far. */
function distance(a: number, b: number): number {
  if (a === b) return 0;
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

/** The index along each axis of the element at `position` in row-major order. */
function unravel(position: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = position;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}
