/** @file chlo.ragged_dot: a dot_general of which one dimension of lhs is cut into groups. */
import { formatType, type TensorType } from "../types.js";
import { checkInRange, checkLength, checkUnique, list, rankOf, sameSize, type View } from "./constraints.js";
import { type AttributesOf, defineOp, operand } from "./define.js";
import { checkContraction } from "./dot.js";
import { chloPrecisionConfig } from "./enums.js";
import { dimensionOf, dimensionsOf, tensorOf } from "./shape-checks.js";
import { raggedDotDimensionNumbers } from "./structs.js";

const attributes = {
  precision_config: chloPrecisionConfig,
  ragged_dot_dimension_numbers: raggedDotDimensionNumbers,
};
export type RaggedDotNumbers = AttributesOf<typeof attributes>["ragged_dot_dimension_numbers"];

/** What the ragged dimension of lhs is: not contracted (mode 1), contracted (mode 2) or a batching one (mode 3). */
export type RaggedMode = "free" | "contracting" | "batching";

export function raggedMode(numbers: RaggedDotNumbers): RaggedMode {
  const ragged = numbers.lhs_ragged_dimensions[0]!;
  if (numbers.lhs_batching_dimensions.includes(ragged)) return "batching";
  return numbers.lhs_contracting_dimensions.includes(ragged) ? "contracting" : "free";
}

const without = (rank: number, ...used: (readonly number[])[]): readonly number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !used.flat().includes(i));

/** The dimensions of an operand that are neither batching nor contracting, a group dimension of rhs among them. */
export const freeDimensions = (
  numbers: RaggedDotNumbers,
  lhsRank: number,
  rhsRank: number,
): readonly [lhs: readonly number[], rhs: readonly number[]] => [
  without(lhsRank, numbers.lhs_batching_dimensions, numbers.lhs_contracting_dimensions),
  without(rhsRank, numbers.rhs_batching_dimensions, numbers.rhs_contracting_dimensions),
];

/** The dimensions of lhs before the ragged one, each index of which may have group sizes of its own. */
export function prefixDimensions(numbers: RaggedDotNumbers, lhsRank: number): readonly number[] {
  const { lhs_batching_dimensions: batch, lhs_contracting_dimensions: contracting } = numbers;
  const ordered = {
    batching: batch,
    contracting: [...batch, ...contracting],
    free: [...batch, ...without(lhsRank, batch, contracting)],
  }[raggedMode(numbers)];
  return ordered.slice(0, ordered.indexOf(numbers.lhs_ragged_dimensions[0]!));
}

/** How many groups there are: the last size of group_sizes, whose others are those of the prefix, or absent. */
function checkGroupSizes(op: View, numbers: RaggedDotNumbers, lhs: TensorType, sizes: TensorType): number {
  const prefix = prefixDimensions(numbers, rankOf(lhs));
  const expected = prefix.map((dimension) => lhs.shape[dimension]!);
  op.check(
    rankOf(sizes) === 1 ||
      (rankOf(sizes) === prefix.length + 1 && expected.every((size, i) => sameSize(size, sizes.shape[i]!))),
    "ragged_dot_group_sizes",
    `group_sizes must have the shape [groups] or ${list([...expected, "groups"])}, got ${formatType(sizes)}`,
  );
  return sizes.shape.at(-1)!;
}

function checkGroupDimension(op: View, numbers: RaggedDotNumbers, rhs: TensorType, groups: number): void {
  const { rhs_group_dimensions: group } = numbers;
  const isFree = raggedMode(numbers) === "free";
  checkLength(op, group, isFree ? 1 : 0, "rhs_group_dimensions", "ragged_dot_group_count");
  if (!isFree) return;
  checkInRange(op, group, rankOf(rhs), "rhs_group_dimensions", "ragged_dot_group_range");
  checkUnique(
    op,
    [...group, ...numbers.rhs_batching_dimensions, ...numbers.rhs_contracting_dimensions],
    "group, batching and contracting dimensions of rhs",
    "ragged_dot_group_unique",
  );
  op.check(
    sameSize(rhs.shape[group[0]!]!, groups),
    "ragged_dot_groups",
    `the group dimension of ${formatType(rhs)} must have the size ${groups}, one for each of group_sizes`,
  );
}

const raggedDot = defineOp({
  name: "chlo.ragged_dot",
  summary:
    "dot_general of which one dimension of lhs is cut into groups, each with a part of rhs or of the result.",
  operands: [operand("lhs", "PIFC"), operand("rhs", "PIFC"), operand("group_sizes", "I")],
  attributes,
  traits: ["pure"],
  infer: (op) => {
    const [lhs, rhs, sizes] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    const { ragged_dot_dimension_numbers: numbers, precision_config: precisions = [] } = op.attributes;
    op.check(
      precisions.length <= 2,
      "ragged_dot_precision",
      `precision_config must have 2 items, got ${precisions.length}`,
    );
    checkContraction(op, numbers, lhs, rhs);
    const { lhs_ragged_dimensions: ragged, rhs_group_dimensions: group } = numbers;
    checkLength(op, ragged, 1, "lhs_ragged_dimensions", "ragged_dot_ragged_count");
    checkInRange(op, ragged, rankOf(lhs), "lhs_ragged_dimensions", "ragged_dot_ragged_range");
    checkGroupDimension(op, numbers, rhs, checkGroupSizes(op, numbers, lhs, sizes));
    const [lhsFree, rhsFree] = freeDimensions(numbers, rankOf(lhs), rankOf(rhs));
    const shape = [
      ...(raggedMode(numbers) === "contracting" ? dimensionsOf(sizes).slice(-1) : []),
      ...numbers.lhs_batching_dimensions.map((i) => dimensionOf(lhs, i)),
      ...lhsFree.map((i) => dimensionOf(lhs, i)),
      ...rhsFree.filter((i) => !group.includes(i)).map((i) => dimensionOf(rhs, i)),
    ];
    // The result may accumulate in another type; without a request it is of lhs's.
    const { element } = op.resultTypes.length === 0 ? lhs : op.resultTensor();
    return [tensorOf(shape, element)];
  },
  assembly: "generic",
  example:
    '%0 = "chlo.ragged_dot"(%arg0, %arg1, %arg2) <{precision_config = [#chlo<precision DEFAULT>, #chlo<precision DEFAULT>], ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>}> : (tensor<10x4xf32>, tensor<3x4x5xf32>, tensor<3xi32>) -> tensor<10x5xf32>',
});

export const raggedDotOps = [raggedDot] as const;
