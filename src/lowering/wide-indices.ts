/**
 * @file Indices in types that XLA's CPU compiler miscounts in (jaxlib 0.11.2), though programs with them are valid: a scatter compares them with
 * the last place in their own type, which may have no room for it, and loses updates; what it knows of unsigned ones it reads as signed.
 */
import { Builder } from "../ir/builder.js";
import { Emitter, shapeOf, typeOf } from "../ir/emit.js";
import { type Operation, walk } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { setOperands } from "../ir/rewriter.js";
import { bitWidth, type ElementType, isInteger, type TensorType } from "../ir/types.js";

/** Whether indices of a type are integers without a sign. */
export const isUnsignedIndex = (element: ElementType): boolean =>
  isInteger(element) && element.startsWith("ui");

/** The largest number of a type of indices. */
const largest = ({ element }: TensorType): number =>
  2 ** (bitWidth(element) - (isUnsignedIndex(element) ? 0 : 1)) - 1;

/** Whether the type of a scatter's indices has no room for one of the last places where an update may begin. */
export function losesUpdates(operation: OperationOf<"stablehlo.scatter"> & Operation): boolean {
  const { operands, attributes } = operation;
  const { scatter_dimension_numbers: numbers } = attributes;
  const inputs = (operands.length - 1) / 2;
  const [input, update] = [shapeOf(operands[0]!), shapeOf(operands[inputs + 1]!)];
  const batch = numbers.input_batching_dims ?? [];
  const whole = [...input.keys()].filter(
    (d) => !numbers.inserted_window_dims.includes(d) && !batch.includes(d),
  );
  const window = (dimension: number): number => {
    const place = whole.indexOf(dimension);
    return place < 0 ? 1 : update[numbers.update_window_dims[place]!]!;
  };
  const type = typeOf(operands[inputs]!);
  return [...numbers.scatter_dims_to_operand_dims, ...batch].some(
    (d) => input[d]! - window(d) > largest(type),
  );
}

/** The numbers of the operands that are indices. */
function indicesOf(operation: Operation): readonly number[] {
  const { operands } = operation;
  if (isOp(operation, "stablehlo.gather")) return [1];
  if (isOp(operation, "stablehlo.scatter")) return [(operands.length - 1) / 2];
  if (isOp(operation, "stablehlo.dynamic_slice")) return [...operands.keys()].slice(1);
  return isOp(operation, "stablehlo.dynamic_update_slice") ? [...operands.keys()].slice(2) : [];
}

/**
 * Converts indices to signed integers that hold them all where the compiler miscounts in their own type. What an index says stays the same: one
 * past 2^53 is beyond every dimension, and is taken for 2^53.
 */
export function widenIndices(module: Operation): void {
  for (const operation of [...walk(module)]) {
    const indices = indicesOf(operation);
    const [first] = indices;
    if (first === undefined) continue;
    const { element } = typeOf(operation.operands[first]!);
    if (!isInteger(element)) continue;
    const isNarrow = isOp(operation, "stablehlo.scatter") && losesUpdates(operation);
    if (!isUnsignedIndex(element) && !isNarrow) continue;
    const emit = new Emitter(Builder.before(operation));
    const operands = operation.operands.map((value, i) => {
      if (!indices.includes(i)) return value;
      const bounded = element === "ui64" ? emit.scalar("minimum", value, 2 ** 53) : value;
      return emit.convert(bounded, bitWidth(element) < 32 ? "i32" : "i64");
    });
    setOperands(operation, operands);
  }
}
