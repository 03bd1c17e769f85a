/**
 * @file What XLA's CPU compiler computes other numbers of, without an error (jaxlib 0.11.2). In programs of others src/lowering/keep-numbers.ts
 * goes round it.
 */
import { constantOf } from "../ir/analysis/constants.js";
import { typeOf } from "../ir/emit.js";
import type { Value } from "../ir/operation.js";
import { bitWidth, byteWidth, formatType } from "../ir/types.js";
import { losesSix } from "../lowering/four-bit-floats.js";
import { isUnsignedIndex, losesUpdates } from "../lowering/wide-indices.js";
import { type Limit, limitOf } from "./limits.js";

const refuseNarrowScatter = limitOf(["stablehlo.scatter"], (operation) => {
  if (!losesUpdates(operation)) return undefined;
  const indices = operation.operands[(operation.operands.length - 1) / 2]!;
  return {
    constraint: "wrong_scatter_narrow",
    message: `indices ${formatType(indices.type)} do not reach the last place of ${formatType(operation.operands[0]!.type)}, of which the compiler makes one that loses updates`,
    hint: "convert the indices to i32 or i64",
  };
});

/** Whether an index is a constant that would be negative with a sign. */
function isMisread(value: Value): boolean {
  const { element } = typeOf(value);
  const data = isUnsignedIndex(element) ? constantOf(value)?.data : undefined;
  const width = byteWidth(element);
  const sign = 2 ** ((bitWidth(element) - 1) % 8);
  return data?.some((byte, i) => i % width === width - 1 && byte >= sign) === true;
}

const refuseUnsignedConstant = limitOf(["stablehlo.dynamic_slice", "stablehlo.gather"], ({ operands }) => {
  const index = operands.slice(1).find(isMisread);
  if (index === undefined) return undefined;
  return {
    constraint: "wrong_index_unsigned",
    message: `the compiler reads a constant index ${formatType(index.type)} as a signed number, which it is not`,
    hint: "convert the indices to i32 or i64",
  };
});

const refuseFourBits = limitOf(["stablehlo.convert"], (operation) => {
  if (!losesSix(operation)) return undefined;
  return {
    constraint: "wrong_convert_f4",
    message: `${formatType(operation.operands[0]!.type)} becomes ${formatType(operation.result.type)}, where the compiler takes 6 for infinity`,
    hint: "convert to f32 first",
  };
});

export const cpuWrongNumbers: readonly Limit[] = [
  refuseNarrowScatter,
  refuseUnsignedConstant,
  refuseFourBits,
];
