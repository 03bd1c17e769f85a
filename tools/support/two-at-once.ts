/** @file Two things at once, for tools whose work is done by processes that they start: a process uses one core, and there are two. */

/** Calls `job` for each item, in their order, for two at a time; the results in the items' order. @throws what the first job that fails throws */
export async function twoAtOnce<Item, Result>(
  items: readonly Item[],
  job: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const work = async () => {
    for (const [i, item] of left) results[i] = await job(item);
  };
  await Promise.all([work(), work()]);
  return results;
}
