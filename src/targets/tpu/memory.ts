/**
 * @file What of a training step stays in HBM. libtpu copies operands to the fast memory ahead of their use, where it finds room: in one layer a
 * bias or a weight, in the next none. Kernels that differ in nothing else are compiled once for each, and a large product takes seconds.
 */
import type { Argument, Interface } from "../../program/index.js";
import { byteWidth, elementCount } from "../../ir/types.js";
import type { CompilerFlags } from "../../support/compiler-flags.js";

/** In bytes: biases, scales and sums of rows. */
const SMALL = 2 ** 16;
/** In bytes: weights of products of many rows, which read them while they compute. */
const LARGE = 2 ** 23;

const bytesOf = ({ elementType, dimensions }: Argument): number =>
  elementCount(dimensions) * byteWidth(elementType);

/** Most of what a training step takes is updated in place; a server's programs keep their parameters. */
function updatesItsArguments(args: readonly Argument[]): boolean {
  const sumOf = (some: readonly Argument[]): number => some.reduce((sum, one) => sum + bytesOf(one), 0);
  return 2 * sumOf(args.filter(({ donated }) => donated)) > sumOf(args);
}

const inHbm = (matcher: string): string =>
  `overrides { hlo_position_matcher { ${matcher} } keep_in_default_memory {} }`;

/** The compiler knows values by their sizes: one that is as large as a weight stays with it. */
export function trainingFlags({ arguments: args }: Interface): CompilerFlags {
  if (!updatesItsArguments(args)) return {};
  const sizes = new Set(args.map(bytesOf).filter((bytes) => bytes >= LARGE));
  const overrides = [
    inHbm(`size_lte: ${SMALL}`),
    ...[...sizes].map((bytes) => inHbm(`size_gte: ${bytes} size_lte: ${bytes}`)),
  ];
  return { xla_tpu_msa_tensor_overrides: overrides.join(" ") };
}
