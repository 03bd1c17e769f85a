/** @file Where we differ from Enzyme on purpose: where a function has no derivative, we take JAX's choice. */

/** How many checks of a file fail, or that it is refused, and why. */
export interface Known {
  readonly fails: number | "refused";
  readonly why: string;
}

const UNKNOWN_TRIPS: Known = {
  fails: "refused",
  why: "the loop's bound is an argument: how often it runs is not known when the program is made",
};

export const KNOWN: Readonly<Record<string, Known>> = {
  "abs.mlir": {
    fails: 2,
    why: "it takes |z| by other rules than the other files: at 3 - 4i its change in the direction of i is -0.8, not 0.8",
  },
  "clamp.mlir": { fails: 2, why: "at a bound the gradient is 0" },
  "maximum.mlir": { fails: 4, why: "of two equal numbers each gets half of the gradient" },
  "minimum.mlir": { fails: 4, why: "of two equal numbers each gets half of the gradient" },
  "sqrt.mlir": { fails: 2, why: "the derivative of the root at 0 is infinite" },
  "while5.mlir": { fails: "refused", why: "it pushes to and pops from caches of Enzyme's own" },
  "while_checkpointing_binomial_dynamic.mlir": UNKNOWN_TRIPS,
  "while_checkpointing_dynamic.mlir": UNKNOWN_TRIPS,
};
