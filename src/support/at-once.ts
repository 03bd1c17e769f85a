/** @file Work on many things, some of them at once. */

/** How many are under way at most. */
export interface AtOnce<T> {
  readonly count: number;
  /** Of what `sizeOf` gives, together; one that is larger goes alone. */
  readonly size: number;
  sizeOf(item: T): number;
}

/**
 * Begins work on one item after the other, each as soon as what is under way leaves room for it.
 * @throws the first error, when all that had begun has ended; nothing more is begun after it
 */
export async function workAtOnce<T>(
  items: Iterable<T>,
  { count, size, sizeOf }: AtOnce<T>,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];
  let used = 0;
  const begin = (item: T, own: number): void => {
    used += own;
    const one: Promise<void> = work(item)
      .catch((error: unknown) => errors.push(error))
      .then(() => {
        used -= own;
        running.delete(one);
      });
    running.add(one);
  };
  for (const item of items) {
    const own = sizeOf(item);
    while (running.size > 0 && (running.size >= count || used + own > size)) await Promise.race(running);
    if (errors.length > 0) break;
    begin(item, own);
  }
  await Promise.all(running);
  if (errors.length > 0) throw errors[0];
}
