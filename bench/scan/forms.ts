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

/** One elementwise pass over the same arrays: what no form can beat that writes its result into memory of its own. */
export const BOUND = "one elementwise pass";
/** The same in place of x: what is left when no fresh memory has to be mapped. */
export const IN_PLACE = "one elementwise pass, in place";
/** Passes that are bounds, not scans; the reference's own is among its figures. */
export const isBound = (form: string): boolean => form.startsWith(BOUND);

/** How to lower each form, by its name. */
export const scanForms: ReadonlyMap<string, LoweringOptions> = new Map(
  scanNames.flatMap((scan) =>
    (SIZES[scan] ?? [{}]).map((sizes) => [`${scan}${describe(sizes)}`, { ...sizes, scan }] as const),
  ),
);
