/** @file Which precision ops state for products, by the attributes that they declare. */
import type { Operation } from "./operation.js";
import { chloPrecisionConfig, precisionConfig, productPrecision } from "./ops/enums.js";
import { definitionOf } from "./ops/index.js";
import { type Precision, precisionConfigOf, precisionNames, precisionWords } from "./precision.js";

/** What is asked of an operation, or of one that is about to be made. */
type Stating = Pick<Operation, "name" | "attributes"> & Partial<Pick<Operation, "declaration">>;

/**
 * What an op that is made of products (its attribute `precision`, ir/ops/enums.ts) states for them; undefined where it states nothing,
 * and for other ops.
 */
export function statedPrecision(operation: Stating): Precision | undefined {
  const { attributes } = operation;
  if (definitionOf(operation)?.attributes.precision !== productPrecision) return undefined;
  return precisionNames.find((precision) => precisionWords[precision] === attributes.precision);
}

/**
 * The attributes of an op with `precision` stated, where it makes products and states none; undefined otherwise. An algorithm says all
 * that a precision would, and allows none beside it.
 */
export function withPrecisionStated(
  operation: Stating,
  precision: Precision,
): Operation["attributes"] | undefined {
  const { attributes } = operation;
  const table = definitionOf(operation)?.attributes ?? {};
  if (table.precision === productPrecision && attributes.precision === undefined)
    return { ...attributes, precision: precisionWords[precision] };
  const isProduct =
    table.precision_config === precisionConfig || table.precision_config === chloPrecisionConfig;
  if (!isProduct || attributes.precision_config !== undefined || attributes.algorithm !== undefined)
    return undefined;
  return { ...attributes, precision_config: [...precisionConfigOf(precision)] };
}
