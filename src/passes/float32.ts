/** @file The same computation with f32 elements: for small tensors whose rounding would be felt everywhere. */
import { numberAt, storedCount } from "../ir/elements.js";
import type { Emitter } from "../ir/emit.js";
import { definingOp, type Value } from "../ir/operation.js";
import { hasTrait, isOp, type OpName } from "../ir/ops/index.js";
import { isFloat, type TensorType } from "../ir/types.js";
import { constantOf } from "../ir/analysis/constants.js";

/** `value` as f32, the elementwise operations and constants it comes from made anew in f32, other floats converted. */
export function inFloat32(value: Value, e: Emitter): Value {
  const type = value.type as TensorType;
  if (type.element === "f32") return value;
  const constant = constantOf(value);
  if (constant !== undefined) {
    const numbers = Array.from({ length: storedCount(constant) }, (_, i) => numberAt(constant, i));
    return e.numbers(numbers, type.shape, "f32");
  }
  const operation = definingOp(value);
  const isFloatMap =
    operation !== undefined &&
    hasTrait(operation, "elementwise") &&
    operation.operands.every((operand) => isFloat((operand.type as TensorType).element));
  if (!isFloatMap) return e.convert(value, "f32");
  const operands = operation.operands.map((operand) => inFloat32(operand, e));
  if (isOp(operation, "stablehlo.convert")) return operands[0]!;
  return e.builder.create(operation.name as OpName, operands, operation.attributes as never).result;
}
