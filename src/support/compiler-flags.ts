/** @file Flags of a compiler, as a compilation is given them. */

/** A compiler flag's value; `{ float }` for a whole number that is meant as a float. */
export type FlagValue = string | number | boolean | { readonly float: number };

/** Compiler flags by name, e.g. `{ xla_cpu_enable_fast_math: false }`. */
export type CompilerFlags = Readonly<Record<string, FlagValue>>;
