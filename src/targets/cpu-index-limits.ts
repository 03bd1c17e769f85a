/** @file Indices that XLA's CPU compiler miscounts with (jaxlib 0.11.2): other numbers, without an error. `run` converts them in programs of others. */
import { constantOf } from "../ir/analysis/constants.js";
import { byteWidth, formatType } from "../ir/types.js";
import { isUnsignedIndex, losesUpdates } from "../lowering/wide-indices.js";
import { typeOf } from "../ir/emit.js";
import type { Value } from "../ir/operation.js";
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
  return data?.some((byte, i) => i % width === width - 1 && byte >= 0x80) === true;
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

export const cpuIndexLimits: readonly Limit[] = [refuseNarrowScatter, refuseUnsignedConstant];
