/** @file Looking words of others up in our own tables. */

/** What a table has under a word; undefined for one that it does not have, also for `constructor`, `toString` or `__proto__`, which every object inherits. */
export const ownValue = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;
