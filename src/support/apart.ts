/** @file Places in a row: in order, apart, and near to where they are wanted. */

/**
 * The centres nearest to those wanted, by least squares, that keep the order and the distance: once the distances are taken off, numbers
 * that may not fall, whose best are means of those that would (pool adjacent violators).
 * @param widths of what stands at the centres; `gap` is between neighbours
 */
export function apart(wanted: readonly number[], widths: readonly number[], gap: number): readonly number[] {
  const offsets: number[] = [];
  for (const [i, width] of widths.entries())
    offsets.push(i === 0 ? 0 : offsets[i - 1]! + (widths[i - 1]! + width) / 2 + gap);
  const pools: { sum: number; count: number }[] = [];
  for (const [i, x] of wanted.entries()) {
    let pool = { sum: x - offsets[i]!, count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
    }
    pools.push(pool);
  }
  const means = pools.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  return means.map((x, i) => x + offsets[i]!);
}
