/** @file Emitter: how the compiler itself writes StableHLO, by short words; shapes and element types are read off the values. */
import type { Builder } from "./builder.js";
import { type Elements, elementsFromNumbers, splatNumber } from "./elements.js";
import { constantOf } from "./analysis/constants.js";
import type { Value } from "./operation.js";
import type { Attributes } from "./ops/index.js";
import {
  DYNAMIC,
  type ElementType,
  isStatic,
  isUnbounded,
  type TensorType,
  tensorType,
  type Type,
  withElement,
} from "./types.js";

/** Ops of one operand, whose result's type follows from it. */
export type UnaryName =
  | "abs"
  | "cosine"
  | "exponential"
  | "exponential_minus_one"
  | "floor"
  | "imag"
  | "is_finite"
  | "log"
  | "log_plus_one"
  | "logistic"
  | "negate"
  | "not"
  | "real"
  | "rsqrt"
  | "sign"
  | "sine"
  | "sqrt"
  | "tan"
  | "tanh";
/** Ops of two operands of one type. */
export type BinaryName =
  | "add"
  | "and"
  | "atan2"
  | "complex"
  | "divide"
  | "maximum"
  | "minimum"
  | "multiply"
  | "or"
  | "power"
  | "remainder"
  | "shift_right_arithmetic"
  | "shift_right_logical"
  | "subtract";
export type Direction = Attributes<"stablehlo.compare">["comparison_direction"];

/** The tensor type of a value; lowerings see tensors only. */
export const typeOf = (value: Value): TensorType => value.type as TensorType;
export const shapeOf = (value: Value): readonly number[] => typeOf(value).shape;

/** A size: a number, or a tensor<i32> that holds it at run time. */
export type Size = number | Value;

/** The sizes of a tensor, or the bounds of those that are known at run time. */
export const largestShape = ({ shape, bounds }: TensorType): readonly number[] =>
  shape.map((size, dimension) => (size === DYNAMIC ? bounds![dimension]! : size));

/** Whether a value is a constant filled with `number`. */
export function isSplat(value: Value, number: number): boolean {
  const elements = constantOf(value);
  return elements !== undefined && splatNumber(elements) === number;
}

export class Emitter {
  /** The sizes of tensors of unknown shape, computed once for each. */
  readonly #sizes = new Map<Value, Value>();

  constructor(readonly builder: Builder) {}

  /** A constant filled with one number. */
  fill(value: number, shape: readonly number[], element: ElementType): Value {
    return this.numbers([value], shape, element);
  }

  /** A constant filled with one number, of the shape of `x`, whose sizes need not be known. */
  fillLike(value: number, x: Value, element: ElementType): Value {
    return isStatic(typeOf(x))
      ? this.fill(value, shapeOf(x), element)
      : this.spread(this.fill(value, [], element), x);
  }

  /** A scalar in every place of the shape of `x`, of which sizes are not known. */
  spread(scalar: Value, x: Value): Value {
    const type = withElement(typeOf(x), typeOf(scalar).element);
    if (!isUnbounded(type)) return this.limited(this.broadcast(scalar, largestShape(type), []), x);
    const results = [type];
    const operands = [scalar, this.#sizesOf(x)];
    return this.builder.create(
      "stablehlo.dynamic_broadcast_in_dim",
      operands,
      { broadcast_dimensions: [] },
      { results },
    ).result;
  }

  /** The dimensions of `x`, as large as they may be, with the sizes at run time of those of `model` that are bounded. */
  limited(x: Value, model: Value): Value {
    return shapeOf(model).reduce(
      (result, size, dimension) =>
        size === DYNAMIC ? this.withSize(result, this.sizeOf(model, dimension), dimension) : result,
      x,
    );
  }

  /** One dimension of `x`, which is as large as it may be, with its size at run time. */
  withSize(x: Value, size: Size, dimension: number): Value {
    const operands = [x, typeof size === "number" ? this.fill(size, [], "i32") : size];
    return this.builder.create("stablehlo.set_dimension_size", operands, { dimension }).result;
  }

  /** The size of one dimension. */
  sizeOf(x: Value, dimension: number): Size {
    const size = shapeOf(x)[dimension]!;
    if (size !== DYNAMIC) return size;
    return this.builder.create("stablehlo.get_dimension_size", [x], { dimension }).result;
  }

  /** Sizes as data, a tensor<[rank]xi32>. */
  sizes(list: readonly Size[]): Value {
    if (list.every((size) => typeof size === "number")) return this.numbers(list, [list.length], "i32");
    const parts = list.map((size) =>
      typeof size === "number" ? this.numbers([size], [1], "i32") : this.reshape(size, [1]),
    );
    return this.concat(parts, 0);
  }

  /** The sizes of `x` as data. */
  #sizesOf(x: Value): Value {
    const known = this.#sizes.get(x);
    if (known !== undefined) return known;
    const sizes = this.sizes(shapeOf(x).map((_, dimension) => this.sizeOf(x, dimension)));
    this.#sizes.set(x, sizes);
    return sizes;
  }

  /** A constant from its elements in row-major order. */
  numbers(values: readonly number[], shape: readonly number[], element: ElementType): Value {
    return this.constant(elementsFromNumbers(tensorType(shape, element), values));
  }

  constant(value: Elements): Value {
    return this.builder.create("stablehlo.constant", [], { value }).result;
  }

  unary(name: UnaryName, x: Value): Value {
    return this.builder.create(`stablehlo.${name}`, [x], {}).result;
  }

  binary(name: BinaryName, a: Value, b: Value): Value {
    return this.builder.create(`stablehlo.${name}`, [a, b], {}).result;
  }

  add = (a: Value, b: Value): Value => this.binary("add", a, b);
  sub = (a: Value, b: Value): Value => this.binary("subtract", a, b);
  mul = (a: Value, b: Value): Value => this.binary("multiply", a, b);
  div = (a: Value, b: Value): Value => this.binary("divide", a, b);
  and = (a: Value, b: Value): Value => this.binary("and", a, b);
  or = (a: Value, b: Value): Value => this.binary("or", a, b);

  /** A number beside a tensor. */
  scalar(name: BinaryName, a: Value, number: number): Value {
    return this.binary(name, a, this.fill(number, shapeOf(a), typeOf(a).element));
  }

  compare(direction: Direction, a: Value, b: Value): Value {
    return this.builder.create("stablehlo.compare", [a, b], { comparison_direction: direction }).result;
  }

  compareTo(direction: Direction, a: Value, number: number): Value {
    return this.compare(direction, a, this.fill(number, shapeOf(a), typeOf(a).element));
  }

  select(predicate: Value, onTrue: Value, onFalse: Value): Value {
    return this.builder.create("stablehlo.select", [predicate, onTrue, onFalse], {}).result;
  }

  convert(x: Value, element: ElementType): Value {
    if (typeOf(x).element === element) return x;
    return this.builder.create("stablehlo.convert", [x], {}, { results: [withElement(typeOf(x), element)] })
      .result;
  }

  /** The same bits as elements of another type of the same width. */
  bitcast(x: Value, element: ElementType): Value {
    const results = [withElement(typeOf(x), element)];
    return this.builder.create("stablehlo.bitcast_convert", [x], {}, { results }).result;
  }

  /** Limits to [low, high]. */
  clamp(low: number, x: Value, high: number): Value {
    const bound = (number: number): Value => this.fillLike(number, x, typeOf(x).element);
    return this.builder.create("stablehlo.clamp", [bound(low), x, bound(high)], {}).result;
  }

  reshape(x: Value, shape: readonly number[]): Value {
    const type = tensorType(shape, typeOf(x).element);
    return type === x.type
      ? x
      : this.builder.create("stablehlo.reshape", [x], {}, { results: [type] }).result;
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    if (permutation.every((d, i) => d === i)) return x;
    return this.builder.create("stablehlo.transpose", [x], { permutation }).result;
  }

  /** optimization_barrier: the compiler fuses `x` into none of its users and moves nothing across it. */
  barrier(x: Value): Value {
    return this.builder.create("stablehlo.optimization_barrier", [x], {}).results[0]!;
  }

  /** Repeats `x` so that its dimension i becomes `dims[i]` of `shape`. */
  broadcast(x: Value, shape: readonly number[], dims: readonly number[]): Value {
    const type = tensorType(shape, typeOf(x).element);
    if (type === x.type && dims.every((d, i) => d === i)) return x;
    return this.builder.create(
      "stablehlo.broadcast_in_dim",
      [x],
      { broadcast_dimensions: dims },
      { results: [type] },
    ).result;
  }

  /** Elements start, start + step, ... below stop of one dimension. */
  slice(x: Value, dim: number, start: number, stop: number, step = 1): Value {
    const shape = shapeOf(x);
    if (start === 0 && stop === shape[dim] && step === 1) return x;
    return this.builder.create("stablehlo.slice", [x], {
      start_indices: shape.map((_, i) => (i === dim ? start : 0)),
      limit_indices: shape.map((size, i) => (i === dim ? stop : size)),
      strides: shape.map((_, i) => (i === dim ? step : 1)),
    }).result;
  }

  concat(parts: readonly Value[], dimension: number): Value {
    const filled = parts.filter((part) => shapeOf(part)[dimension] !== 0);
    if (filled.length === 1) return filled[0]!;
    return this.builder.create("stablehlo.concatenate", filled.length === 0 ? parts.slice(0, 1) : filled, {
      dimension,
    }).result;
  }

  reverse(x: Value, dim: number): Value {
    return this.builder.create("stablehlo.reverse", [x], { dimensions: [dim] }).result;
  }

  /** Puts `low` and `high` copies of a number around one dimension, and `interior` between its elements. */
  pad(x: Value, dim: number, low: number, high: number, number: number, interior = 0): Value {
    if (low === 0 && high === 0 && interior === 0) return x;
    const only = (n: number): number[] => shapeOf(x).map((_, i) => (i === dim ? n : 0));
    const value = this.fill(number, [], typeOf(x).element);
    return this.builder.create("stablehlo.pad", [x, value], {
      edge_padding_low: only(low),
      edge_padding_high: only(high),
      interior_padding: only(interior),
    }).result;
  }

  iota(shape: readonly number[], dim: number, element: ElementType = "i32"): Value {
    const type = tensorType(shape, element);
    return this.builder.create("stablehlo.iota", [], { iota_dimension: dim }, { results: [type] }).result;
  }

  /** dot_general; result dimensions are batch, the rest of a, the rest of b, in the element type asked for, with other attributes as given. */
  dot(
    a: Value,
    b: Value,
    dims: DotDims,
    element: ElementType = typeOf(a).element,
    attributes: Omit<Attributes<"stablehlo.dot_general">, "dot_dimension_numbers"> = {},
  ): Value {
    const { batch = [[], []], contract } = dims;
    const free = (shape: readonly number[], side: 0 | 1): number[] =>
      shape.filter((_, i) => !batch[side].includes(i) && !contract[side].includes(i));
    const shape = [...batch[0].map((i) => shapeOf(a)[i]!), ...free(shapeOf(a), 0), ...free(shapeOf(b), 1)];
    const numbers = {
      lhs_batching_dimensions: batch[0],
      rhs_batching_dimensions: batch[1],
      lhs_contracting_dimensions: contract[0],
      rhs_contracting_dimensions: contract[1],
    };
    const results = [tensorType(shape, element)];
    return this.builder.create(
      "stablehlo.dot_general",
      [a, b],
      { ...attributes, dot_dimension_numbers: numbers },
      { results },
    ).result;
  }

  /** Sum or maximum over one dimension. */
  reduce(name: "add" | "maximum" | "or", x: Value, dim: number): Value {
    const { element } = typeOf(x);
    const scalar = tensorType([], element);
    const start = name === "maximum" ? Number.NEGATIVE_INFINITY : 0;
    const body = this.builder.region([scalar, scalar], (args, inner) => {
      const result = inner.create(`stablehlo.${name}`, args, {}).result;
      inner.create("stablehlo.return", [result], {});
    });
    const initial = this.fill(start, [], element);
    return this.builder.create("stablehlo.reduce", [x, initial], { dimensions: [dim] }, { regions: [body] })
      .results[0]!;
  }

  dynamicSlice(x: Value, starts: readonly Value[], sizes: readonly number[]): Value {
    return this.builder.create("stablehlo.dynamic_slice", [x, ...starts], { slice_sizes: sizes }).result;
  }

  dynamicUpdateSlice(x: Value, update: Value, starts: readonly Value[]): Value {
    return this.builder.create("stablehlo.dynamic_update_slice", [x, update, ...starts], {}).result;
  }

  /** x[b, indices[b, i], c] of x [b, n, c] and indices [b, i]. */
  takeRows(x: Value, indices: Value): Value {
    const [batch, count] = shapeOf(indices) as [number, number];
    return this.builder.create("stablehlo.gather", [x, this.reshape(indices, [batch, count, 1])], {
      dimension_numbers: {
        offset_dims: [2],
        collapsed_slice_dims: [1],
        operand_batching_dims: [0],
        start_indices_batching_dims: [0],
        start_index_map: [1],
        index_vector_dim: 2,
      },
      slice_sizes: [1, 1, shapeOf(x)[2]!],
    }).result;
  }

  /** x [b, n, ..] with row indices[b] of each b replaced by rows [b, ..]. */
  putRows(x: Value, indices: Value, rows: Value): Value {
    const batch = shapeOf(x)[0]!;
    const scalar = tensorType([], typeOf(x).element);
    const replace = this.builder.region([scalar, scalar], (args, inner) => {
      inner.create("stablehlo.return", [args[1]!], {});
    });
    const attributes = {
      scatter_dimension_numbers: {
        update_window_dims: shapeOf(x)
          .slice(2)
          .map((_, i) => i + 1),
        inserted_window_dims: [1],
        input_batching_dims: [0],
        scatter_indices_batching_dims: [0],
        scatter_dims_to_operand_dims: [1],
        index_vector_dim: 1,
      },
      unique_indices: true,
    };
    const operands = [x, this.reshape(indices, [batch, 1]), rows];
    return this.builder.create("stablehlo.scatter", operands, attributes, { regions: [replace] }).results[0]!;
  }

  /** Repeats `body` on the carried values for counter 0, step, 2 step ... below `limit`. */
  loop(
    limit: number,
    step: number,
    initial: readonly Value[],
    body: (emitter: Emitter, counter: Value, carried: readonly Value[]) => readonly Value[],
  ): readonly Value[] {
    const types: Type[] = [tensorType([], "i32"), ...initial.map((value) => value.type)];
    const condition = this.builder.region(types, (args, inner) => {
      const more = new Emitter(inner).compareTo("LT", args[0]!, limit);
      inner.create("stablehlo.return", [more], {});
    });
    const bodyRegion = this.builder.region(types, (args, inner) => {
      const emitter = new Emitter(inner);
      const results = body(emitter, args[0]!, args.slice(1));
      inner.create("stablehlo.return", [emitter.scalar("add", args[0]!, step), ...results], {});
    });
    const start = this.fill(0, [], "i32");
    const options = { regions: [condition, bodyRegion], results: types };
    return this.builder.create("stablehlo.while", [start, ...initial], {}, options).results.slice(1);
  }
}

/** Which dimensions of the two operands pair up, and which are summed over. */
export interface DotDims {
  readonly batch?: readonly [readonly number[], readonly number[]];
  readonly contract: readonly [readonly number[], readonly number[]];
}
