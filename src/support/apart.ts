/** @file Places in a row: in order, apart, and near to where they are wanted. */

/**
 * The centres nearest to those wanted, by least squares, that keep the order and the distance: once the distances are taken off, numbers
 * that may not fall, whose best are means of those that would (pool adjacent violators).
 * @param widths of what stands at the centres; `gap` is between neighbours
 * @param weights how much the distance of each from where it is wanted counts; the same for all by default
 */
export function apart(
  wanted: readonly number[],
  widths: readonly number[],
  gap: number,
  weights: readonly number[] = widths.map(() => 1),
): readonly number[] {
  const offsets: number[] = [];
  for (const [i, width] of widths.entries())
    offsets.push(i === 0 ? 0 : offsets[i - 1]! + (widths[i - 1]! + width) / 2 + gap);
  const pools: { sum: number; weight: number; count: number }[] = [];
  for (const [i, x] of wanted.entries()) {
    const weight = weights[i]!;
    let pool = { sum: weight * (x - offsets[i]!), weight, count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.sum / last.weight > pool.sum / pool.weight;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool = {
        sum: pool.sum + last.sum,
        weight: pool.weight + last.weight,
        count: pool.count + last.count,
      };
    }
    pools.push(pool);
  }
  const means = pools.flatMap(({ sum, weight, count }) => new Array<number>(count).fill(sum / weight));
  return means.map((x, i) => x + offsets[i]!);
}
