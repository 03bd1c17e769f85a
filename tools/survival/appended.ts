/**
 * @file Operations on values that a program computes, of any element type, sub-byte ones too: conversions, numbers, precision, complex parts,
 * joining and cutting, random bits, markers; and those of windows, indices and regions. The examples of ops meet few types; these meet all.
 */
import { GriffinError } from "../../src/support/errors.js";
import { Builder } from "../../src/ir/builder.js";
import { Emitter, shapeOf, typeOf, type UnaryName } from "../../src/ir/emit.js";
import type { Operation, Value } from "../../src/ir/operation.js";
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import {
  bitWidth,
  DYNAMIC,
  elementCount,
  isStatic,
  tensorType,
  type TensorType,
} from "../../src/ir/types.js";
import { type Append, axisOf, binaryNames, pick, type Random } from "./append.js";
import { setSharding, sharding } from "./attributes.js";
import { controlled } from "./controlled.js";
import { computed } from "./elements.js";
import { indexed } from "./indexed.js";
import { windows } from "./windows.js";

const unaryNames: readonly UnaryName[] = [
  ...(["abs", "cosine", "exponential", "exponential_minus_one", "floor", "imag", "is_finite"] as const),
  ...(["log", "log_plus_one", "logistic", "negate", "not", "real", "rsqrt", "sign", "sine"] as const),
  ...(["sqrt", "tan", "tanh"] as const),
];
const onlyThese = [
  ...(["cbrt", "ceil", "round_nearest_afz", "round_nearest_even", "popcnt", "count_leading_zeros"] as const),
];

/** The same bits of another type: an axis more or less where the widths differ. */
const bitcast: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const to = pick(random, computed);
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
  const results = [state.type, tensorType(shapeOf(x), pick(random, computed))];
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

const marked: Append = (e, x, random) => {
  const name = pick(random, [
    "Sharding",
    "SPMDFullToShardShape",
    "SPMDShardToFullShape",
    "annotate_device_placement",
  ]);
  const extra = new Map([["mhlo.sharding", sharding(random)]]);
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
  (e, x, random) => e.convert(x, pick(random, computed)),
  (e, x, random) => e.convert(e.convert(x, pick(random, computed)), typeOf(x).element),
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
  ...indexed,
  ...windows,
  ...controlled,
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
  (e, x, random) => e.iota(shapeOf(x), axisOf(x, random), pick(random, computed)),
  (e, x, random) => {
    const axis = axisOf(x, random);
    return e.dot(x, x, { contract: [[axis], [axis]] }, pick(random, [typeOf(x).element, ...computed]));
  },
  (e, x, random) =>
    e.loop(3, 1, [x], (inner, _, [carried]) => [inner.binary(pick(random, binaryNames), carried!, x)])[0]!,
  (e, x) => e.barrier(x),
];

const isSmall = (value: Value): boolean => {
  const { type } = value;
  return type.kind === "tensor" && isStatic(type) && elementCount((type as TensorType).shape) <= 2 ** 16;
};

/** Puts `count` operations at most behind those of @main; what does not fit a value is left out. */
export function appendOperations(module: Operation, count: number, random: Random): void {
  const main = findFunction(module, "main");
  const body = main && bodyOf(main);
  if (body?.last?.name !== "func.return") return;
  const values = [...body.arguments, ...body.operations.flatMap(({ results }) => results)].filter(isSmall);
  if (values.length === 0) return;
  const e = new Emitter(Builder.before(body.last));
  for (let left = count; left > 0; left--) {
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
