/** @file Ops whose sizes are operands, as the ops whose sizes are attributes, once those operands are known. */
import type { Builder } from "../../ir/builder.js";
import { typeOf } from "../../ir/emit.js";
import { definingOp, type Operation, type Value } from "../../ir/operation.js";
import { isOp, type OperationOf, type OpName } from "../../ir/ops/index.js";
import { elementsFromNumbers } from "../../ir/elements.js";
import { DYNAMIC, isStatic, type TensorType, tensorType } from "../../ir/types.js";
import { refineResultTypes } from "../../ir/verify.js";
import { areCompatible } from "../../ir/verify-types.js";
import { ownValue } from "../../support/own-value.js";
import type { KnownValues } from "./known.js";

/** Makes the static op: its values, or undefined while something is not known. */
type StaticForm<K extends OpName> = (
  operation: OperationOf<K>,
  operands: readonly Value[],
  known: KnownValues,
  builder: Builder,
) => readonly Value[] | undefined;

/** The written result type with the sizes that an operand gives; the type alone, when it says all. */
function sizedType(
  operation: OperationOf<OpName>,
  sizes: readonly number[] | undefined,
): TensorType | undefined {
  const written = typeOf(operation.results[0]!);
  if (sizes !== undefined) return tensorType(sizes, written.element);
  return isStatic(written) ? written : undefined;
}

const broadcast: StaticForm<"stablehlo.dynamic_broadcast_in_dim"> = (
  operation,
  [x, sizes],
  known,
  builder,
) => {
  const type = sizedType(operation, known.numbers(sizes!));
  if (type === undefined || !isStatic(typeOf(x!))) return undefined;
  const { broadcast_dimensions } = operation.attributes;
  return builder.create("stablehlo.broadcast_in_dim", [x!], { broadcast_dimensions }, { results: [type] })
    .results;
};

const iota: StaticForm<"stablehlo.dynamic_iota"> = (operation, [sizes], known, builder) => {
  const type = sizedType(operation, known.numbers(sizes!));
  if (type === undefined) return undefined;
  return builder.create("stablehlo.iota", [], operation.attributes, { results: [type] }).results;
};

const reshape: StaticForm<"stablehlo.dynamic_reshape"> = (operation, [x, sizes], known, builder) => {
  const type = sizedType(operation, known.numbers(sizes!));
  if (type === undefined) return undefined;
  return builder.create("stablehlo.reshape", [x!], {}, { results: [type] }).results;
};

const pad: StaticForm<"stablehlo.dynamic_pad"> = (_, [x, value, ...amounts], known, builder) => {
  const [low, high, interior] = amounts.map((amount) => known.numbers(amount));
  if (low === undefined || high === undefined || interior === undefined) return undefined;
  const attributes = { edge_padding_low: low, edge_padding_high: high, interior_padding: interior };
  return builder.create("stablehlo.pad", [x!, value!], attributes).results;
};

const gather: StaticForm<"stablehlo.dynamic_gather"> = (operation, [x, indices, sizes], known, builder) => {
  const slice_sizes = known.numbers(sizes!);
  if (slice_sizes === undefined) return undefined;
  return builder.create("stablehlo.gather", [x!, indices!], { ...operation.attributes, slice_sizes }).results;
};

const convolution: StaticForm<"stablehlo.dynamic_conv"> = (
  operation,
  [lhs, rhs, padding],
  known,
  builder,
) => {
  const values = known.numbers(padding!);
  if (values === undefined) return undefined;
  const attributes = { ...operation.attributes, padding: { shape: typeOf(padding!).shape, values } };
  const { location } = operation;
  const parts = { name: "stablehlo.convolution", operands: [lhs!, rhs!], attributes, regions: [], location };
  const results = refineResultTypes({ ...parts, resultTypes: [operation.result.type] });
  return builder.create("stablehlo.convolution", parts.operands, attributes, { results }).results;
};

/** The sizes of a slice: what its limits were made of by adding to its starts. */
function sizesAfter(start: Value, limit: Value, known: KnownValues): readonly number[] | undefined {
  const add = definingOp(limit);
  if (!isOp(add, "stablehlo.add") || !add.operands.includes(start)) return undefined;
  return known.numbers(add.operands[add.operands[0] === start ? 1 : 0]!);
}

/** Start `i` of a list of starts, as a scalar. */
function startAt(starts: Value, i: number, builder: Builder): Value {
  const { element } = typeOf(starts);
  const attributes = { start_indices: [i], limit_indices: [i + 1], strides: [1] };
  const one = builder.create("stablehlo.slice", [starts], attributes).result;
  return builder.create("stablehlo.reshape", [one], {}, { results: [tensorType([], element)] }).result;
}

/** Numbers throughout: a slice. Starts that are data, and as many rows from there as are known: a dynamic slice. */
const slice: StaticForm<"stablehlo.real_dynamic_slice"> = (operation, operands, known, builder) => {
  const [x, start, limit, stride] = operands as readonly [Value, Value, Value, Value];
  const [from, to, strides] = [start, limit, stride].map((value) => known.numbers(value));
  if (from !== undefined && to !== undefined && strides !== undefined)
    return builder.create("stablehlo.slice", [x], { start_indices: from, limit_indices: to, strides })
      .results;
  if (strides?.every((step) => step === 1) !== true) return undefined;
  const written = typeOf(operation.result);
  const sizes = sizesAfter(start, limit, known) ?? (isStatic(written) ? written.shape : undefined);
  if (sizes === undefined) return undefined;
  const starts = sizes.map((_, i) => startAt(start, i, builder));
  return builder.create("stablehlo.dynamic_slice", [x, ...starts], { slice_sizes: sizes }).results;
};

const dimensionSize: StaticForm<"stablehlo.get_dimension_size"> = (operation, [x], _, builder) => {
  const size = typeOf(x!).shape[operation.attributes.dimension]!;
  if (size === DYNAMIC) return undefined;
  const value = elementsFromNumbers(tensorType([], "i32"), [size]);
  return builder.create("stablehlo.constant", [], { value }).results;
};

const setDimensionSize: StaticForm<"stablehlo.set_dimension_size"> = (operation, [x, size], known) => {
  const full = typeOf(x!).shape[operation.attributes.dimension]!;
  return full !== DYNAMIC && known.numbers(size!)?.[0] === full ? [x!] : undefined;
};

/** Of a tensor whose sizes were taken for unknown, the tensor itself. */
const cast: StaticForm<"builtin.unrealized_conversion_cast"> = ({ results }, operands) =>
  areCompatible(
    operands.map(({ type }) => type),
    results.map(({ type }) => type),
  )
    ? operands
    : undefined;

const dynamicForms = {
  "stablehlo.dynamic_broadcast_in_dim": broadcast,
  "stablehlo.dynamic_conv": convolution,
  "stablehlo.dynamic_gather": gather,
  "stablehlo.dynamic_iota": iota,
  "stablehlo.dynamic_pad": pad,
  "stablehlo.dynamic_reshape": reshape,
  "stablehlo.get_dimension_size": dimensionSize,
  "stablehlo.real_dynamic_slice": slice,
  "stablehlo.set_dimension_size": setDimensionSize,
} as const satisfies { readonly [K in OpName]?: StaticForm<K> };

/** Ops that a static program has no need of. */
export const dynamicOpNames: ReadonlySet<string> = new Set(Object.keys(dynamicForms));

/** A cast between sizes goes with the unknown ones; a static program may have others. */
const forms: Readonly<Record<string, unknown>> = {
  ...dynamicForms,
  "builtin.unrealized_conversion_cast": cast,
};

/** The values of a dynamic op by a static one on `operands`; undefined for any other op, and while something is not known. */
export function staticForm(
  operation: Operation,
  operands: readonly Value[],
  known: KnownValues,
  builder: Builder,
): readonly Value[] | undefined {
  const form = ownValue(forms as Readonly<Record<string, StaticForm<never>>>, operation.name);
  return form?.(operation as never, operands, known, builder);
}
