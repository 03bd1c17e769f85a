/** @file Two things at once, for work that processes or threads of their own do: each uses one core, and there are two. */

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
