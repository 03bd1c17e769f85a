/** @file The forms of the linear scan that are measured: every strategy of the lowering, some with several sizes. */
import { type LoweringOptions, scanNames } from "../../src/engine/index.js";

/** Sizes worth a look, by strategy; the other strategies have none to choose. */
const SIZES: Readonly<Record<string, readonly LoweringOptions[]>> = {
  sequential: [1, 2, 4, 8, 16].map((scanUnroll) => ({ scanUnroll })),
  blocked: [8, 64, 256].map((scanBlock) => ({ scanBlock })),
};

const describe = ({ scanUnroll, scanBlock }: LoweringOptions): string =>
  scanUnroll !== undefined ? `, ${scanUnroll} a turn` : scanBlock !== undefined ? ` by ${scanBlock}` : "";

/** What the target chooses by itself: the form that stands for ours in ratios. */
export const CHOSEN = "auto";

/** One elementwise pass over the same arrays: what no form can beat. */
export const BOUND = "one elementwise pass";

/** How to lower each form, by its name. */
export const scanForms: ReadonlyMap<string, LoweringOptions> = new Map(
  scanNames.flatMap((scan) =>
    (SIZES[scan] ?? [{}]).map((sizes) => [`${scan}${describe(sizes)}`, { ...sizes, scan }] as const),
  ),
);
