/** @file Elements at places that the program computes: gather, take, scatter, and slices whose start is data. */
import type { Region, Value } from "../ir/operation.js";
import { isInteger, tensorType } from "../ir/types.js";
import { shown } from "../support/given.js";
import { ownValue } from "../support/own-value.js";
import {
  broadcastTo,
  checkByAxis,
  checkDTypes,
  checkOperands,
  checkSizes,
  checkTensor,
  commonAxes,
  findAxis,
} from "./align.js";
import { type Axis, describe, type DType, indexOf, namesOf, sizesOf } from "./axis.js";
import { fill } from "./elementwise.js";
import { ShapeError, TraceError } from "./errors.js";
import { concat, reshape } from "./shape.js";
import { Tensor } from "./tensor.js";
import { builderHere, type TensorData } from "./trace.js";

/** Where along each of some axes; the tensors of indices share axes by name, and one of them has all. */
export type IndicesOf<N extends string, I extends string> = { readonly [K in N]: Tensor<I, "i32"> };

/** What a gather or a scatter is made of: how the axes of a tensor, of its indices and of rows lie. */
interface Plan {
  /** The dimensions that indices are for, in their order. */
  readonly indexed: readonly number[];
  /** Dimensions of the tensor that the indices have too, in ascending order: each index is for its own part. */
  readonly shared: readonly number[];
  readonly places: readonly Axis[];
  /** The axes of a row: the tensor's others. */
  readonly rest: readonly Axis[];
  /** The indices, one after the other along a last dimension. */
  readonly column: Value;
}

function planOf(op: string, x: TensorData, indices: Readonly<Record<string, TensorData>>): Plan {
  checkTensor(op, "the operand", x);
  checkByAxis(op, "the indices", indices, "{ time: indices }");
  const names = Object.keys(indices);
  if (names.length === 0)
    throw new TraceError({ message: `${op}: no indices given`, got: describe(x.axes, x.dtype) });
  const indexed = names.map((name) => findAxis(op, x, name).index);
  const parts = Object.values(indices);
  const labels = names.map((name) => `indices of ${name}`);
  checkDTypes(op, parts, labels);
  if (!isInteger(parts[0]!.dtype)) {
    throw new ShapeError({
      message: `${op}: indices must be integers`,
      got: describe(parts[0]!.axes, parts[0]!.dtype),
    });
  }
  const places = commonAxes(op, parts, labels);
  const kept = x.axes.filter((_, i) => !indexed.includes(i));
  checkSizes(
    op,
    [
      { ...x, axes: kept },
      { ...parts[0]!, axes: places },
    ],
    ["x", "indices"],
  );
  const shared = places
    .map(({ name }) => indexOf(x.axes, name))
    .filter((index) => index >= 0 && !indexed.includes(index))
    .sort((a, b) => a - b);
  const last = { name: " index", size: 1 };
  const columns = parts.map(({ dtype, ...part }) => {
    const aligned = { axes: places, dtype, value: broadcastTo({ ...part, dtype }, places) };
    return reshape(aligned, [...places, last]);
  });
  const column = columns.length === 1 ? columns[0]! : concat(columns, last.name);
  const rest = kept.filter(({ name }) => indexOf(places, name) < 0);
  return { indexed, shared, places, rest, column: column.value };
}

/** Which dimensions of the indices are those that the tensor has too. */
const sharedPlaces = (x: TensorData, { shared, places }: Plan): readonly number[] =>
  shared.map((dimension) => indexOf(places, x.axes[dimension]!.name));

/**
 * The elements of x at indices: `gather(x, { row: i, column: j })` has the axes of the indices, then the others of x. An axis that x and the
 * indices both have pairs up: `gather(logits, { vocab: token })` of `[batch, vocab]` and `[batch]` is one logit of each batch. An index beyond the
 * axis is taken as its nearest one; there are no indices from the end.
 * @throws ShapeError when axes do not fit
 */
export function gather<A extends string, D extends DType, N extends A, I extends string>(
  x: Tensor<A, D>,
  indices: IndicesOf<N, I>,
): Tensor<Exclude<A, N> | I, D> {
  return gatherAs("gather", x, indices);
}

function gatherAs<A extends string, D extends DType>(
  op: string,
  x: TensorData & { readonly dtype: D },
  indices: Readonly<Record<string, TensorData>>,
): Tensor<A, D> {
  const plan = planOf(op, x, indices);
  const { indexed, shared, places, rest, column } = plan;
  const value = builderHere().create("stablehlo.gather", [x.value, column], {
    dimension_numbers: {
      offset_dims: rest.map((_, i) => places.length + i),
      collapsed_slice_dims: [...indexed].sort((a, b) => a - b),
      operand_batching_dims: shared,
      start_indices_batching_dims: sharedPlaces(x, plan),
      start_index_map: indexed,
      index_vector_dim: places.length,
    },
    slice_sizes: x.axes.map(({ size }, i) => (indexed.includes(i) || shared.includes(i) ? 1 : size)),
  }).result;
  return new Tensor([...places, ...rest], x.dtype, value);
}

/**
 * Rows of a table by index: `take(embedding, "vocab", tokens)`; `gather` along one axis. Indices must lie within the axis; check them on the
 * host.
 */
export function take<A extends string, D extends DType, N extends A, I extends string>(
  table: Tensor<A, D>,
  name: N,
  indices: Tensor<I, "i32">,
): Tensor<Exclude<A, N> | I, D> {
  checkOperands("take", { table });
  findAxis("take", table, name);
  checkOperands("take", { indices });
  return gatherAs("take", table, { [name]: indices });
}

/** How an update meets what is there: in its place, added, multiplied, the smaller or the larger of both. */
export type ScatterWay = "set" | "add" | "mul" | "min" | "max";

const ways = { add: "add", mul: "multiply", min: "minimum", max: "maximum" } as const;

function meeting(way: ScatterWay, dtype: DType): Region {
  const scalar = tensorType([], dtype);
  return builderHere().region([scalar, scalar], (args, inner) => {
    const made = way === "set" ? args[1]! : inner.create(`stablehlo.${ways[way]}`, args, {}).result;
    inner.create("stablehlo.return", [made], {});
  });
}

/**
 * x with updates at indices, which are as those of `gather`; updates have the axes that a gather there gives. What lies beyond the axis is left
 * out. Where one place is named twice, `set` leaves open which update it holds, and floats are added in any order.
 * @throws ShapeError when axes do not fit
 */
export function scatter<A extends string, D extends DType, N extends A, I extends string>(
  x: Tensor<A, D>,
  indices: IndicesOf<N, I>,
  updates: Tensor<Exclude<A, N> | NoInfer<I>, D>,
  way: ScatterWay,
): Tensor<A, D> {
  const op = "scatter";
  if (!(way === "set" || Object.hasOwn(ways, way))) {
    throw new ShapeError({
      message: "scatter: how updates meet what is there is not said",
      expected: ["set", ...Object.keys(ways)].map((each) => JSON.stringify(each)).join(", "),
      got: shown(way),
    });
  }
  const plan = planOf(op, x, indices);
  const { indexed, shared, places, rest, column } = plan;
  checkDTypes(op, [x, updates], ["x", "updates"]);
  const order = [...places, ...rest];
  const got = updates as TensorData;
  const same =
    got.axes.length === order.length &&
    order.every(({ name, size }) => got.axes[indexOf(got.axes, name)]?.size === size);
  if (!same) {
    throw new ShapeError({
      message: "scatter: the updates have other axes than they must",
      expected: describe(order, x.dtype),
      got: describe(got.axes, got.dtype),
    });
  }
  const attributes = {
    scatter_dimension_numbers: {
      update_window_dims: rest.map((_, i) => places.length + i),
      inserted_window_dims: [...indexed].sort((a, b) => a - b),
      input_batching_dims: shared,
      scatter_indices_batching_dims: sharedPlaces(x, plan),
      scatter_dims_to_operand_dims: indexed,
      index_vector_dim: places.length,
    },
  };
  const operands = [x.value, column, broadcastTo(got, order)];
  const regions = [meeting(way, x.dtype)];
  return new Tensor(
    x.axes,
    x.dtype,
    builderHere().create("stablehlo.scatter", operands, attributes, { regions }).results[0]!,
  );
}

/** An index that the program computes, or a number. */
type Start =
  | Tensor<never, "i32">
  | Tensor<never, "i64">
  | Tensor<never, "ui32">
  | Tensor<never, "ui64">
  | number;

/** One start for each dimension, 0 where none is said. */
function startsOf(
  op: string,
  x: TensorData,
  starts: Readonly<Record<string, TensorData | number>>,
): readonly Value[] {
  for (const name of Object.keys(starts)) findAxis(op, x, name);
  const given = Object.values(starts).filter((start) => typeof start !== "number");
  const wrong = given.find(({ axes, dtype }) => axes.length > 0 || !/^u?i(32|64)$/.test(dtype));
  if (wrong !== undefined) {
    throw new ShapeError({
      message: `${op}: a start must be one integer`,
      expected: describe([], "i32"),
      got: describe(wrong.axes, wrong.dtype),
    });
  }
  checkDTypes(
    op,
    given,
    given.map((_, i) => `start ${i}`),
  );
  const dtype = given[0]?.dtype ?? "i32";
  return x.axes.map(({ name }) => {
    const start = ownValue(starts, name) ?? 0;
    return typeof start === "number" ? fill(start, [], dtype).value : start.value;
  });
}

/**
 * As many elements of some axes as are said, from starts that are data: `dynamicSlice(x, { time: { start: i, size: 4 } })`. A start that leaves
 * no room is moved until there is. @throws ShapeError when axes do not fit, or a size is larger than its axis
 */
export function dynamicSlice<A extends string, D extends DType>(
  x: Tensor<A, D>,
  parts: { readonly [K in A]?: { readonly start: Start; readonly size: number } },
): Tensor<A, D> {
  const op = "dynamicSlice";
  checkOperands(op, { x });
  const example = "{ time: { start: i, size: 4 } }";
  checkByAxis(op, "the parts", parts, example);
  for (const [name, part] of Object.entries(parts)) checkByAxis(op, `the part of "${name}"`, part, example);
  const given = parts as Readonly<
    Record<string, { readonly start: TensorData | number; readonly size: number }>
  >;
  const starts = startsOf(
    op,
    x,
    Object.fromEntries(Object.entries(given).map(([name, { start }]) => [name, start])),
  );
  const axes = x.axes.map((axis) => ({
    name: axis.name,
    size: ownValue(given, axis.name)?.size ?? axis.size,
  }));
  const large = x.axes.find(
    ({ size }, i) => !(Number.isInteger(axes[i]!.size) && axes[i]!.size >= 0 && axes[i]!.size <= size),
  );
  if (large !== undefined) {
    throw new ShapeError({
      message: `${op}: ${given[large.name]!.size} elements do not lie in axis "${large.name}" of ${large.size}`,
      got: describe(x.axes, x.dtype),
    });
  }
  const value = builderHere().create("stablehlo.dynamic_slice", [x.value, ...starts], {
    slice_sizes: sizesOf(axes),
  }).result;
  return new Tensor(axes, x.dtype, value);
}

/**
 * x with `update`, which has its axes, from starts that are data on: `dynamicUpdateSlice(cache, rows, { time: position })`. A start that leaves no
 * room is moved until there is. @throws ShapeError when axes do not fit, or the update is larger than x
 */
export function dynamicUpdateSlice<A extends string, D extends DType>(
  x: Tensor<A, D>,
  update: Tensor<A, D>,
  starts: { readonly [K in A]?: Start },
): Tensor<A, D> {
  const op = "dynamicUpdateSlice";
  checkOperands(op, { x, update });
  checkByAxis(op, "the starts", starts, "{ time: position }");
  checkDTypes(op, [x, update], ["x", "update"]);
  const large = x.axes.some(
    ({ name, size }) => (update.axes[indexOf(update.axes, name)]?.size ?? size + 1) > size,
  );
  if (large || update.axes.length !== x.axes.length) {
    throw new ShapeError({
      message: `${op}: the update does not lie in x`,
      details: [`x: ${describe(x.axes, x.dtype)}`, `update: ${describe(update.axes, update.dtype)}`],
    });
  }
  const order = namesOf(x.axes).map((name) => update.axes[indexOf(update.axes, name)]!);
  const operands = [
    x.value,
    broadcastTo(update, order),
    ...startsOf(op, x, starts as Readonly<Record<string, TensorData | number>>),
  ];
  return new Tensor(
    x.axes,
    x.dtype,
    builderHere().create("stablehlo.dynamic_update_slice", operands, {}).result,
  );
}
