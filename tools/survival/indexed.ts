/** @file Operations that look values up by others, for the survival tier: gathers, scatters, sorts, products of any axes, choices of the largest. */
import { Emitter, shapeOf, typeOf } from "../../src/ir/emit.js";
import type { Value } from "../../src/ir/operation.js";
import { tensorType } from "../../src/ir/types.js";
import { type Append, axisOf, numbersOf, pick, type Random, reducerOf, shuffled, madeOf } from "./append.js";
import { computed } from "./elements.js";

const indexElements = ["i4", "ui8", "i16", "i32", "ui32", "i64", "ui64"] as const;

/** Which axes of a tensor go with axes of the indices, which are gone from a slice, and which stay. */
function rolesOf(shape: readonly number[], random: Random) {
  const role = shape.map(() => pick(random, ["kept", "kept", "gone", "batch"] as const));
  const of = (wanted: "kept" | "gone" | "batch"): readonly number[] =>
    role.flatMap((one, i) => (one === wanted ? [i] : []));
  const [gone, batch, kept] = [of("gone"), of("batch"), of("kept")];
  const free = shuffled(random, [...gone, ...kept]);
  return { gone, batch, kept, map: free.slice(0, random(free.length + 1)) };
}

/** The shape of indices: the sizes of axes that go together, one of other places, and the vectors at any place; or without one where they are numbers. */
function placesOf(shape: readonly number[], batch: readonly number[], vector: number, random: Random) {
  const own = shuffled(
    random,
    [...batch.map((axis) => shape[axis]!), random(4)].map((size, i) => ({ size, i })),
  );
  const isImplied = vector === 1 && random(2) === 0;
  const at = isImplied ? own.length : random(own.length + 1);
  const sizes = own.map(({ size }) => size);
  const places = isImplied ? sizes : [...sizes.slice(0, at), vector, ...sizes.slice(at)];
  const batching = batch.map((_, i) => {
    const found = own.findIndex((one) => one.i === i);
    return isImplied || found < at ? found : found + 1;
  });
  return { places, batching, vectorAxis: at, count: own.length, sizes };
}

const gather: Append = (e, x, random) => {
  const { shape } = typeOf(x);
  const { gone, batch, kept, map } = rolesOf(shape, random);
  const { places, batching, vectorAxis, count } = placesOf(shape, batch, map.length, random);
  const axes = Array.from({ length: count + kept.length }, (_, i) => i);
  const offsets = [...shuffled(random, axes).slice(0, kept.length)].sort((a, b) => a - b);
  const indices = madeOf(e, x, places, pick(random, indexElements), random);
  return e.builder.create("stablehlo.gather", [x, indices], {
    dimension_numbers: {
      offset_dims: offsets,
      collapsed_slice_dims: gone,
      operand_batching_dims: batch,
      start_indices_batching_dims: batching,
      start_index_map: map,
      index_vector_dim: vectorAxis,
    },
    slice_sizes: shape.map((size, i) => (kept.includes(i) ? random(size + 1) : Math.min(1, size))),
    indices_are_sorted: random(2) === 0,
  }).result;
};

const scatter: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const { gone, batch, kept, map } = rolesOf(shape, random);
  const { places, batching, vectorAxis, count, sizes } = placesOf(shape, batch, map.length, random);
  const axes = Array.from({ length: count + kept.length }, (_, i) => i);
  const windowAxes = [...shuffled(random, axes).slice(0, kept.length)].sort((a, b) => a - b);
  const left = [...sizes];
  const update = axes.map((axis) => {
    const at = windowAxes.indexOf(axis);
    return at < 0 ? left.shift()! : random(shape[kept[at]!]! + 1);
  });
  const indices = madeOf(e, x, places, pick(random, indexElements), random);
  const others = numbersOf(random, random(2), 0, computed.length - 1).map((i) => computed[i]!);
  const all = [element, ...others];
  const inputs = [x, ...others.map((other) => madeOf(e, x, shape, other, random))];
  const updates = all.map((one) => madeOf(e, x, update, one, random));
  const attributes = {
    scatter_dimension_numbers: {
      update_window_dims: windowAxes,
      inserted_window_dims: gone,
      input_batching_dims: batch,
      scatter_indices_batching_dims: batching,
      scatter_dims_to_operand_dims: map,
      index_vector_dim: vectorAxis,
    },
    indices_are_sorted: random(2) === 0,
    unique_indices: random(2) === 0,
  };
  const regions = [
    reducerOf(
      e,
      all.map((one) => tensorType([], one)),
      random,
    ),
  ];
  return pick(
    random,
    e.builder.create("stablehlo.scatter", [...inputs, indices, ...updates], attributes, { regions }).results,
  );
};

const sort: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const others = numbersOf(random, random(4), 0, computed.length - 1).map((i) => computed[i]!);
  const operands = [x, ...others.map((other) => madeOf(e, x, shape, other, random))];
  const scalars = [element, ...others].flatMap((one) => [tensorType([], one), tensorType([], one)]);
  const comparator = e.builder.region(scalars, (args, inner) => {
    const body = new Emitter(inner);
    const at = 2 * random(args.length / 2);
    const direction = pick(random, ["LT", "GT", "LE", "EQ"] as const);
    const [a, b] = [args[at]!, args[at + 1]!];
    const isTotal = /^(?:b?f|tf)/.test(String(typeOf(a).element)) && random(2) === 0;
    const less = isTotal
      ? inner.create("stablehlo.compare", [a, b], {
          comparison_direction: direction,
          compare_type: "TOTALORDER",
        }).result
      : body.compare(direction, a, b);
    inner.create("stablehlo.return", [random(4) === 0 ? body.unary("not", less) : less], {});
  });
  const attributes = { dimension: axisOf(x, random), is_stable: random(2) === 0 };
  return pick(
    random,
    e.builder.create("stablehlo.sort", operands, attributes, { regions: [comparator] }).results,
  );
};

const reduce: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const others = numbersOf(random, random(3), 0, computed.length - 1).map((i) => computed[i]!);
  const inputs = [x, ...others.map((other) => madeOf(e, x, shape, other, random))];
  const inits = inputs.map((input) => e.fill(random(2), [], typeOf(input).element));
  const dimensions = shape.flatMap((_, i) => (random(2) === 0 ? [i] : []));
  const regions = [
    reducerOf(
      e,
      [element, ...others].map((one) => tensorType([], one)),
      random,
    ),
  ];
  return pick(
    random,
    e.builder.create("stablehlo.reduce", [...inputs, ...inits], { dimensions }, { regions }).results,
  );
};

/** A product over any axes, of types that may differ. */
const product: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const order = shuffled(
    random,
    shape.map((_, i) => i),
  );
  const other = e.transpose(
    madeOf(e, x, shape, random(3) === 0 ? pick(random, computed) : element, random),
    order,
  );
  const roles = shape.map(() => random(3));
  const of = (role: number): readonly number[] => roles.flatMap((one, i) => (one === role ? [i] : []));
  const there = (axes: readonly number[]): readonly number[] => axes.map((axis) => order.indexOf(axis));
  const [batch, contract] = [of(0), of(1)];
  const precision = pick(random, ["DEFAULT", "HIGH", "HIGHEST"] as const);
  return e.dot(
    x,
    other,
    { batch: [batch, there(batch)], contract: [contract, there(contract)] },
    random(2) === 0 ? element : pick(random, computed),
    random(3) === 0 ? { precision_config: [precision, precision] } : {},
  );
};

const topK: Append = (e, x, random) =>
  pick(random, e.builder.create("chlo.top_k", [x], { k: random(1 + (shapeOf(x).at(-1) ?? 0)) }).results);

const slices: Append = (e, x, random) => {
  const starts: readonly Value[] = shapeOf(x).map(() =>
    madeOf(e, x, [], pick(random, indexElements), random),
  );
  const same = starts.map((start) => e.convert(start, "i64"));
  return random(2) === 0
    ? e.dynamicSlice(
        x,
        same,
        shapeOf(x).map((size) => random(size + 1)),
      )
    : e.dynamicUpdateSlice(
        x,
        madeOf(
          e,
          x,
          shapeOf(x).map((size) => random(size + 1)),
          typeOf(x).element,
          random,
        ),
        same,
      );
};

export const indexed: readonly Append[] = [
  gather,
  gather,
  scatter,
  scatter,
  sort,
  sort,
  reduce,
  product,
  product,
  topK,
  slices,
];
