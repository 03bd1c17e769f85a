/** @file What @main may give, of what XLA's CPU compiler does not survive (jaxlib 0.11.2). */
import { ENTRY } from "../ir/analysis/symbols.js";
import { isOp } from "../ir/ops/index.js";
import { formatType, type Type } from "../ir/types.js";
import { LAYOUT } from "../ir/verify-program/entry-values.js";
import { checkFunctionValues } from "../ir/verify-program/values.js";
import type { Limit } from "./limits.js";

/** Whether a layout's order is the one of rows, or left to the compiler. */
const isUsual = (layout: string): boolean => {
  const order = /\{([\d,\s]*)/.exec(layout)?.[1]?.split(",").map(Number) ?? [];
  return order.every((axis, i) => axis === order.length - 1 - i);
};

const isEmpty = (type: Type): boolean => type.kind === "tensor" && type.shape.includes(0);

/** Beside other results of the same type the compiler divides by the elements that there are. */
export const refuseEmptyLayout: Limit = (operation) => {
  if (!isOp(operation, "func.func") || operation.attributes.sym_name !== ENTRY) return undefined;
  return checkFunctionValues(operation, (value, type, attributes, isResult) => {
    const layout = attributes?.get(LAYOUT);
    const isRefused = isResult && isEmpty(type) && layout?.kind === "string" && !isUsual(layout.value);
    if (!isRefused) return undefined;
    return {
      constraint: "fatal_empty_layout",
      message: `${LAYOUT} of @${ENTRY}'s ${value} orders ${formatType(type)}, which has no element`,
      hint: "leave it out: without elements all orders are the same",
    };
  });
};
