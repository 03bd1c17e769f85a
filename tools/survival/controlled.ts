/**
 * @file Operations with regions that see what is around them, tuples, tokens, exchanges of one device with itself, sizes known at run time, and
 * CHLO's functions of one and two operands, for the survival tier.
 */
import { Emitter, shapeOf, typeOf } from "../../src/ir/emit.js";
import type { Region, Value } from "../../src/ir/operation.js";
import { opDefinitions } from "../../src/ir/ops/index.js";
import { integerMatrix } from "../../src/ir/ops/kinds.js";
import { DYNAMIC, isComplex, type TensorType, tensorType, type Type } from "../../src/ir/types.js";
import { type Append, axisOf, binaryNames, pick, type Random, reducerOf, madeOf } from "./append.js";
import { computed } from "./elements.js";

const chloOf = (operands: number) =>
  opDefinitions.flatMap(({ name, operands: taken, attributes, regions = [] }) =>
    name.startsWith("chlo.") &&
    taken.length === operands &&
    Object.keys(attributes).length === 0 &&
    regions.length === 0
      ? [name as "chlo.acos"]
      : [],
  );
const chloUnary = chloOf(1);
const chloBinary = chloOf(2);

const chlo: Append = (e, x, random) => {
  if (random(2) === 0) return e.builder.create(pick(random, chloUnary), [x], {}).result;
  const other = random(2) === 0 ? x : madeOf(e, x, shapeOf(x), typeOf(x).element, random);
  return e.builder.create(pick(random, chloBinary), [x, other], {}).result;
};

/** Some work on values that are outside of the region. */
function branch(e: Emitter, values: readonly Value[], random: Random): Region {
  return e.builder.region([], (_, inner) => {
    const body = new Emitter(inner);
    const made = values.map((x) => (random(3) === 0 ? x : body.binary(pick(random, binaryNames), x, x)));
    inner.create("stablehlo.return", made, {});
  });
}

const branches: Append = (e, x, random) => {
  const values = [x, madeOf(e, x, shapeOf(x), typeOf(x).element, random)];
  const isIf = random(2) === 0;
  const count = isIf ? 2 : 1 + random(4);
  const regions = Array.from({ length: count }, () => branch(e, values, random));
  const index = madeOf(e, x, [], isIf ? "i1" : "i32", random);
  const made = e.builder.create(isIf ? "stablehlo.if" : "stablehlo.case", [index], {}, { regions });
  return pick(random, made.results);
};

/** A loop that ends by its counter, and perhaps before by its data. */
const whileOf: Append = (e, x, random) => {
  const counter = pick(random, ["i8", "ui8", "i32", "ui64", "f32", "bf16"] as const);
  const types: readonly Type[] = [tensorType([], counter), x.type, tensorType([], "i1")];
  const limit = random(4);
  const condition = e.builder.region(types, ([i, , flag], inner) => {
    const body = new Emitter(inner);
    const more = body.compareTo("LT", i!, limit);
    inner.create("stablehlo.return", [random(2) === 0 ? more : body.binary("and", more, flag!)], {});
  });
  const work = e.builder.region(types, ([i, carried, flag], inner) => {
    const body = new Emitter(inner);
    const next = body.binary(pick(random, binaryNames), carried!, random(2) === 0 ? x : carried!);
    const again = random(2) === 0 ? flag! : body.unary("not", flag!);
    inner.create("stablehlo.return", [body.scalar("add", i!, 1), next, again], {});
  });
  const start = [e.fill(0, [], counter), x, madeOf(e, x, [], "i1", random)];
  return e.builder.create("stablehlo.while", start, {}, { regions: [condition, work], results: types })
    .results[1]!;
};

const mapped: Append = (e, x, random) => {
  const scalar = tensorType([], typeOf(x).element);
  const computation = e.builder.region([scalar, scalar], ([a, b], inner) => {
    const body = new Emitter(inner);
    const made = body.binary(pick(random, binaryNames), a!, b!);
    inner.create(
      "stablehlo.return",
      [random(2) === 0 ? made : body.convert(made, pick(random, computed))],
      {},
    );
  });
  const dimensions = shapeOf(x).map((_, i) => i);
  return e.builder.create("stablehlo.map", [x, x], { dimensions }, { regions: [computation] }).result;
};

const tupled: Append = (e, x, random) => {
  const token = e.builder.create("stablehlo.after_all", [], {}).result;
  const other = madeOf(e, x, [random(3)], pick(random, computed), random);
  const inner = e.builder.create("stablehlo.tuple", [other, token], {}).result;
  const { result } = e.builder.create("stablehlo.tuple", random(2) === 0 ? [x, inner] : [x, x], {});
  e.builder.create("stablehlo.optimization_barrier", [x, token, other], {});
  return e.builder.create("stablehlo.get_tuple_element", [result], { index: 0 }).result;
};

const itself = integerMatrix([[0]], 1);

const exchanges: readonly Append[] = [
  (e, x, random) =>
    e.builder.create(
      "stablehlo.all_reduce",
      [x],
      { replica_groups: itself },
      { regions: [reducerOf(e, [tensorType([], typeOf(x).element)], random)] },
    ).results[0]!,
  (e, x, random) =>
    e.builder.create(
      "stablehlo.all_gather",
      [x],
      { all_gather_dim: axisOf(x, random), replica_groups: itself },
      {
        results: [x.type],
      },
    ).results[0]!,
  (e, x, random) =>
    e.builder.create(
      "stablehlo.reduce_scatter",
      [x],
      { scatter_dimension: axisOf(x, random), replica_groups: itself },
      { regions: [reducerOf(e, [tensorType([], typeOf(x).element)], random)], results: [x.type] },
    ).results[0]!,
  (e, x, random) =>
    e.builder.create("stablehlo.all_to_all", [x], {
      split_dimension: axisOf(x, random),
      concat_dimension: axisOf(x, random),
      split_count: 1,
      replica_groups: itself,
    }).results[0]!,
  (e, x, random) =>
    e.builder.create("stablehlo.collective_permute", [x], {
      source_target_pairs: random(2) === 0 ? integerMatrix([[0, 0]], 2) : integerMatrix([], 2),
    }).result,
  (e, x) => e.builder.create("stablehlo.collective_broadcast", [x], { replica_groups: itself }).results[0]!,
];

const exchanged: Append = (e, x, random) => pick(random, exchanges)(e, x, random);

/** The same numbers, the first few of an axis at run time. */
function bounded(e: Emitter, x: Value, random: Random): Value {
  const dimension = axisOf(x, random);
  const size = madeOf(e, x, [], "i32", random);
  return e.builder.create("stablehlo.set_dimension_size", [x, size], { dimension }).result;
}

const boundedWork: readonly Append[] = [
  (e, x, random) => e.binary(pick(random, binaryNames), x, x),
  (e, x, random) => e.convert(x, pick(random, computed)),
  (e, x, random) => e.reverse(x, axisOf(x, random)),
  (e, x, random) => e.select(e.compare(pick(random, ["EQ", "LT"] as const), x, x), x, x),
  (e, x) =>
    e.transpose(
      x,
      shapeOf(x).map((_, i) => shapeOf(x).length - 1 - i),
    ),
  (e, x, random) => {
    const axis = axisOf(x, random);
    return e.dot(x, x, { contract: [[axis], [axis]] });
  },
  (e, x, random) => e.concat([x, x], axisOf(x, random)),
  (e, x, random) => e.pad(x, axisOf(x, random), random(2), random(2), 0, random(2)),
  (e, x, random) => bounded(e, x, random),
  (e, x, random) =>
    e.builder.create(
      "stablehlo.sort",
      [x],
      { dimension: axisOf(x, random), is_stable: true },
      {
        regions: [
          e.builder.region(
            [tensorType([], typeOf(x).element), tensorType([], typeOf(x).element)],
            ([a, b], inner) => {
              inner.create("stablehlo.return", [new Emitter(inner).compare("LT", a!, b!)], {});
            },
          ),
        ],
      },
    ).results[0]!,
  (e, x, random) => branches(e, x, random),
  (e, x, random) => whileOf(e, x, random),
];

/** Work on a value of bounded size, and one of static shape that depends on it. */
const boundedly: Append = (e, x, random) => {
  let made = bounded(e, x, random);
  for (let left = 1 + random(2); left > 0; left--) made = pick(random, boundedWork)(e, made, random);
  const dynamic = (typeOf(made) as TensorType).shape.indexOf(DYNAMIC);
  if (dynamic >= 0 && random(3) === 0)
    return e.builder.create("stablehlo.get_dimension_size", [made], { dimension: dynamic }).result;
  const { element } = typeOf(made);
  const dimensions = shapeOf(made).map((_, i) => i);
  const regions = [reducerOf(e, [tensorType([], element)], random)];
  return e.builder.create("stablehlo.reduce", [made, e.fill(0, [], element)], { dimensions }, { regions })
    .results[0]!;
};

const clamped: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const bound = (): Value => madeOf(e, x, random(2) === 0 ? [] : shape, element, random);
  return e.builder.create("stablehlo.clamp", [bound(), x, bound()], {}).result;
};

const chosen: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const predicate = madeOf(e, x, random(2) === 0 ? [] : shape, "i1", random);
  return e.select(predicate, x, madeOf(e, x, shape, element, random));
};

const binary: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  return e.binary(pick(random, binaryNames), x, madeOf(e, x, shape, element, random));
};

const anyCompare: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const direction = pick(
    random,
    isComplex(element) ? (["EQ", "NE"] as const) : (["LT", "LE", "GT", "NE"] as const),
  );
  return e.compare(direction, x, madeOf(e, x, shape, element, random));
};

export const controlled: readonly Append[] = [
  chlo,
  chlo,
  branches,
  whileOf,
  mapped,
  tupled,
  exchanged,
  boundedly,
  boundedly,
  clamped,
  chosen,
  binary,
  binary,
  anyCompare,
];
