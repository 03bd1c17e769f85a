/** @file Names of files that others give, as those of shards in an index. */

/** Whether a name is that of a file in a folder, on any system, and not the path of one elsewhere. */
export const isPlainName = (name: string): boolean => !/[\\/:\0]|^\.*$/.test(name);
