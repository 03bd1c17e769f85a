/** @file What every conversion from and to bytecode needs. */

/** A way to complain, which knows the place. */
export interface Complaints {
  fail(message: string, hint?: string): never;
}
