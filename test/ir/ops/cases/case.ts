/** @file How the constraint tables are written: a program that verifies, and edits that each break one constraint. */

/** Replaces the first text by the second, everywhere it stands. */
export type Edit = readonly [from: string, to: string];

/** A constraint's label, and the edits to the valid program that break it. */
export type Broken = readonly [label: string, ...edits: Edit[]];

export interface Family {
  /** Verifies as it stands. */
  readonly valid: string;
  readonly broken: readonly Broken[];
}

/** A function with these arguments around `body`. */
export const program = (parameters: string, body: string): string =>
  `func.func @main(${parameters}) {\n${body}\n  return\n}`;

export const family = (parameters: string, body: string, ...broken: Broken[]): Family => ({
  valid: program(parameters, body),
  broken,
});
