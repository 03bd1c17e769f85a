/** @file Work that is done once for each key. */

/** A Map, or a WeakMap for keys that may be forgotten. */
interface Known<K, T> {
  get(key: K): Promise<T> | undefined;
  set(key: K, work: Promise<T>): unknown;
  delete(key: K): unknown;
}

/** The work's promise, the same for the same key; a failure is forgotten, so that the next caller tries anew. */
export function remember<K, T>(known: Known<K, T>, key: K, work: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const running = work();
  known.set(key, running);
  running.catch(() => {
    if (known.get(key) === running) known.delete(key);
  });
  return running;
}
