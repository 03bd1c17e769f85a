/** @file Which precision ops state for products, by the attributes that they declare. */
import type { Operation } from "./operation.js";
import { chloPrecisionConfig, precisionConfig, productPrecision } from "./ops/enums.js";
import { findOp } from "./ops/index.js";
import { type Precision, precisionConfigOf, precisionNames, precisionWords } from "./precision.js";

/**
 * What an op that is made of products (its attribute `precision`, ir/ops/enums.ts) states for them; undefined where it states nothing,
 * and for other ops.
 */
export function statedPrecision({
  name,
  attributes,
}: Pick<Operation, "name" | "attributes">): Precision | undefined {
  if (findOp(name)?.attributes.precision !== productPrecision) return undefined;
  return precisionNames.find((precision) => precisionWords[precision] === attributes.precision);
}

/**
 * The attributes of an op with `precision` stated, where it makes products and states none; undefined otherwise. An algorithm says all
 * that a precision would, and allows none beside it.
 */
export function withPrecisionStated(
  name: string,
  attributes: Operation["attributes"],
  precision: Precision,
): Operation["attributes"] | undefined {
  const table = findOp(name)?.attributes ?? {};
  if (table.precision === productPrecision && attributes.precision === undefined)
    return { ...attributes, precision: precisionWords[precision] };
  const isProduct =
    table.precision_config === precisionConfig || table.precision_config === chloPrecisionConfig;
  if (!isProduct || attributes.precision_config !== undefined || attributes.algorithm !== undefined)
    return undefined;
  return { ...attributes, precision_config: [...precisionConfigOf(precision)] };
}
