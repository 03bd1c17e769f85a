/**
 * @file Operations on values that a program computes, of any element type, sub-byte ones too: conversions, numbers, precision, complex parts,
 * joining and cutting, sorts, sums, products, loops, random bits, shardings. The examples of ops meet few types; these meet all.
 */
import { GriffinError } from "../../src/support/errors.js";
import { stringAttribute } from "../../src/ir/attribute.js";
import { Builder } from "../../src/ir/builder.js";
import { type BinaryName, Emitter, shapeOf, typeOf, type UnaryName } from "../../src/ir/emit.js";
import type { Operation, Value } from "../../src/ir/operation.js";
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import { setExtra } from "../../src/ir/rewriter.js";
import {
  bitWidth,
  DYNAMIC,
  elementCount,
  isStatic,
  tensorType,
  type TensorType,
} from "../../src/ir/types.js";
import type { randomNumbers } from "../conformance/random-numbers.js";
import { elements } from "./elements.js";

type Random = ReturnType<typeof randomNumbers>;

/** Makes operations on a value. @throws VerifyError where its type does not take them */
type Append = (e: Emitter, x: Value, random: Random) => Value;

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]!;

const unaryNames: readonly UnaryName[] = [
  ...(["abs", "cosine", "exponential", "exponential_minus_one", "floor", "imag", "is_finite"] as const),
  ...(["log", "log_plus_one", "logistic", "negate", "not", "real", "rsqrt", "sign", "sine"] as const),
  ...(["sqrt", "tan", "tanh"] as const),
];
const binaryNames: readonly BinaryName[] = [
  ...(["add", "and", "atan2", "complex", "divide", "maximum", "minimum", "multiply", "or"] as const),
  ...(["power", "remainder", "shift_right_arithmetic", "shift_right_logical", "subtract"] as const),
];
const onlyThese = [
  ...(["cbrt", "ceil", "round_nearest_afz", "round_nearest_even", "popcnt", "count_leading_zeros"] as const),
];

const axisOf = (x: Value, random: Random): number => random(Math.max(1, shapeOf(x).length));

/** The same bits of another type: an axis more or less where the widths differ. */
const bitcast: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const to = pick(random, elements);
  const [from, into] = [bitWidth(element), bitWidth(to)];
  const moved = from === into ? shape : from > into ? [...shape, from / into] : shape.slice(0, -1);
  return e.builder.create(
    "stablehlo.bitcast_convert",
    [x],
    {},
    { results: [tensorType(moved.map(Math.floor), to)] },
  ).result;
};

const reducePrecision: Append = (e, x, random) =>
  e.builder.create("stablehlo.reduce_precision", [x], {
    exponent_bits: pick(random, [1, 2, 4, 5, 8, 11, 20]),
    mantissa_bits: pick(random, [0, 1, 2, 3, 7, 10, 23, 52, 60]),
  }).result;

const randomBits: Append = (e, x, random) => {
  const algorithm = pick(random, ["DEFAULT", "THREE_FRY", "PHILOX"] as const);
  const state = e.iota([algorithm === "PHILOX" ? 3 : 2], 0, "ui64");
  const results = [state.type, tensorType(shapeOf(x), pick(random, elements))];
  return e.builder.create("stablehlo.rng_bit_generator", [state], { rng_algorithm: algorithm }, { results })
    .results[1]!;
};

const draw: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const sizes = e.numbers(shape, [shape.length], "i64");
  const operands = [e.fill(0, [], element), e.fill(1, [], element), sizes];
  const distribution = pick(random, ["UNIFORM", "NORMAL"] as const);
  return e.builder.create(
    "stablehlo.rng",
    operands,
    { rng_distribution: distribution },
    {
      results: [tensorType(shape, element)],
    },
  ).result;
};

const sorted: Append = (e, x, random) => {
  const scalar = tensorType([], typeOf(x).element);
  const comparator = e.builder.region([scalar, scalar], ([a, b], inner) => {
    inner.create("stablehlo.return", [new Emitter(inner).compare("LT", a!, b!)], {});
  });
  const attributes = { dimension: axisOf(x, random), is_stable: random(2) === 0 };
  return e.builder.create("stablehlo.sort", [x], attributes, { regions: [comparator] }).results[0]!;
};

const windowed: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const scalar = tensorType([], element);
  const body = e.builder.region([scalar, scalar], ([a, b], inner) => {
    inner.create("stablehlo.return", [new Emitter(inner).binary(pick(random, binaryNames), a!, b!)], {});
  });
  const each = (most: number): number[] => shape.map(() => 1 + random(most));
  const attributes = { window_dimensions: each(3), window_strides: each(2), window_dilations: each(2) };
  return e.builder.create("stablehlo.reduce_window", [x, e.fill(0, [], element)], attributes, {
    regions: [body],
  }).results[0]!;
};

/** The spellings of shardings that XLA reads, some of which do not fit. */
const shardings = [
  ...["{replicated}", "{manual}", "{maximal device=0}", "{devices=[1]<=[1]}", "{devices=[1,1]<=[1]}"],
  ...[
    "{devices=[2,1]<=[2]}",
    "{devices=[1,1,2]<=[2] last_tile_dim_replicate}",
    "{unknown}",
    "{{replicated}}",
  ],
];

const marked: Append = (e, x, random) => {
  const name = pick(random, [
    "Sharding",
    "SPMDFullToShardShape",
    "SPMDShardToFullShape",
    "annotate_device_placement",
  ]);
  const extra = new Map([["mhlo.sharding", stringAttribute(pick(random, shardings))]]);
  return e.builder.create(
    "stablehlo.custom_call",
    [x],
    { call_target_name: name },
    { results: [x.type], extra },
  ).results[0]!;
};

/** The size of an axis becomes one that is known when the program runs, and the result is asked for it. */
const sized: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const dimension = axisOf(x, random);
  const type = tensorType(
    shape.map((size, i) => (i === dimension ? DYNAMIC : size)),
    element,
    shape.map((size, i) => (i === dimension ? size : DYNAMIC)),
  );
  const size = e.fill(1, [], "i32");
  const bounded = e.builder.create(
    "stablehlo.set_dimension_size",
    [x, size],
    { dimension },
    { results: [type] },
  );
  return e.builder.create("stablehlo.get_dimension_size", [bounded.result], { dimension }).result;
};

const appends: readonly Append[] = [
  (e, x, random) => e.convert(x, pick(random, elements)),
  (e, x, random) => e.convert(e.convert(x, pick(random, elements)), typeOf(x).element),
  bitcast,
  bitcast,
  reducePrecision,
  (e, x, random) => e.unary(pick(random, unaryNames), x),
  (e, x, random) => e.unary(pick(random, unaryNames), x),
  (e, x, random) => e.builder.create(`stablehlo.${pick(random, onlyThese)}`, [x], {}).result,
  (e, x, random) => e.binary(pick(random, binaryNames), x, x),
  (e, x, random) => e.binary(pick(random, binaryNames), e.reverse(x, axisOf(x, random)), x),
  (e, x, random) => e.select(e.compare(pick(random, ["EQ", "LT", "GE"] as const), x, e.reverse(x, 0)), x, x),
  randomBits,
  draw,
  sorted,
  windowed,
  marked,
  sized,
  (e, x, random) => e.reduce(pick(random, ["add", "or"] as const), x, axisOf(x, random)),
  (e, x, random) => e.concat([x, x, x], axisOf(x, random)),
  (e, x, random) => e.pad(x, axisOf(x, random), random(4) - 1, random(4) - 1, 0, random(3)),
  (e, x, random) => e.slice(x, axisOf(x, random), 0, 1 + random(4), 1 + random(2)),
  (e, x) =>
    e.transpose(
      x,
      shapeOf(x).map((_, i) => shapeOf(x).length - 1 - i),
    ),
  (e, x, random) =>
    e.broadcast(
      x,
      [1 + random(3), ...shapeOf(x)],
      shapeOf(x).map((_, i) => i + 1),
    ),
  (e, x) =>
    e.dynamicUpdateSlice(
      x,
      x,
      shapeOf(x).map(() => e.fill(1, [], "i32")),
    ),
  (e, x) =>
    e.dynamicSlice(
      x,
      shapeOf(x).map(() => e.fill(1, [], "i32")),
      shapeOf(x).map((size) => Math.min(size, 2)),
    ),
  (e, x, random) => e.iota(shapeOf(x), axisOf(x, random), pick(random, elements)),
  (e, x, random) => {
    const axis = axisOf(x, random);
    return e.dot(x, x, { contract: [[axis], [axis]] }, pick(random, [typeOf(x).element, ...elements]));
  },
  (e, x, random) =>
    e.loop(3, 1, [x], (inner, _, [carried]) => [inner.binary(pick(random, binaryNames), carried!, x)])[0]!,
  (e, x) => e.barrier(x),
];

const isSmall = (value: Value): boolean => {
  const { type } = value;
  return type.kind === "tensor" && isStatic(type) && elementCount((type as TensorType).shape) <= 2 ** 16;
};

/** Puts some operations behind those of @main; what does not fit a value is left out. */
export function appendOperations(module: Operation, random: Random): void {
  const main = findFunction(module, "main");
  const body = main && bodyOf(main);
  if (body?.last?.name !== "func.return") return;
  const values = [...body.arguments, ...body.operations.flatMap(({ results }) => results)].filter(isSmall);
  if (values.length === 0) return;
  const e = new Emitter(Builder.before(body.last));
  for (let left = random(5); left > 0; left--) {
    const before = new Set(body.operations);
    try {
      const made = pick(random, appends)(e, pick(random, values), random);
      if (isSmall(made)) values.push(made);
      if (random(8) === 0) setSharding(body.operations.filter((one) => !before.has(one)).at(-1), random);
    } catch (error) {
      if (!(error instanceof GriffinError)) throw error;
    }
  }
}

function setSharding(operation: Operation | undefined, random: Random): void {
  if (operation === undefined) return;
  const sharding = stringAttribute(pick(random, shardings));
  setExtra(operation, new Map([...operation.extra, ["mhlo.sharding", sharding]]));
}
