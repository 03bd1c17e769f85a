/** @file Options of `parseArgs` that benchmarks have in common. */

/** Of benchmarks whose sides run in turns. */
export const TURNS = {
  turns: { type: "string" },
  quick: { type: "boolean", default: false },
  write: { type: "boolean", default: false },
} as const;

/** Of those that hold a plugin against the reference. */
export const AGAINST_REFERENCE = {
  plugin: { type: "string", default: "cpu" },
  reference: { type: "string" },
  ...TURNS,
} as const;

/** How many times round the sides run: as asked for, otherwise twice, a quick look once. */
export const turnsOf = ({
  turns,
  quick,
}: {
  readonly turns?: string | undefined;
  readonly quick: boolean;
}): number => Number(turns ?? (quick ? 1 : 2));
