/** @file Variables of a process, as a type that needs none of Node's. */

/** Variables by name, such as `process.env`; undefined is one that is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;
