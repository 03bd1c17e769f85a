/** @file Random small modules: every value a tensor of few elements, constants full of zeros, ones, NaN and infinities. */
import fc from "fast-check";
import { Builder } from "../../src/ir/builder.js";
import { elementsFromNumbers } from "../../src/ir/elements.js";
import type { Operation, Value } from "../../src/ir/operation.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "../../src/ir/rewriter.js";
import { elementCount, functionType, type TensorType, tensorType } from "../../src/ir/types.js";

/** One line of a program: which operation, and four numbers that choose its operands and attributes. */
interface Step {
  readonly kind: number;
  readonly picks: readonly [number, number, number, number];
}

const inputTypes = [
  tensorType([2, 3], "f32"),
  tensorType([2, 3], "i32"),
  tensorType([2, 3], "i1"),
  tensorType([3], "f32"),
];

/** Picks from the values made so far; small numbers are the latest ones, so that operations form chains. */
class Pool {
  readonly values: Value[];

  constructor(
    readonly builder: Builder,
    values: readonly Value[],
  ) {
    this.values = [...values];
  }

  pick(n: number, accept: (type: TensorType) => boolean = () => true): Value {
    const fitting = this.values.filter((value) => accept(value.type as TensorType));
    return fitting.at(-1 - (n % fitting.length))!;
  }
}

const typeOf = (value: Value): TensorType => value.type as TensorType;
const isFloat = (type: TensorType): boolean => type.element === "f32";
const isNumber = (type: TensorType): boolean => type.element !== "i1";
const isPredicate = (type: TensorType): boolean => type.element === "i1";
const hasRank = (type: TensorType): boolean => type.shape.length > 0 && elementCount(type.shape) > 0;

const special: readonly number[] = [0, -0, 1, -1, 2, Number.NaN, Number.POSITIVE_INFINITY, 0.5];

type Make = (pool: Pool, picks: Step["picks"]) => Value;

const unary =
  (name: "abs" | "negate"): Make =>
  (pool, [a]) =>
    pool.builder.create(`stablehlo.${name}`, [pool.pick(a, isNumber)], {}).result;

const binary =
  (name: "add" | "subtract" | "multiply" | "maximum" | "minimum", accept = isNumber): Make =>
  (pool, [a, b]) => {
    const lhs = pool.pick(a, accept);
    return pool.builder.create(`stablehlo.${name}`, [lhs, pool.pick(b, (type) => type === lhs.type)], {})
      .result;
  };

const logical =
  (name: "and" | "or" | "xor"): Make =>
  (pool, [a, b]) => {
    const lhs = pool.pick(a, (type) => !isFloat(type));
    return pool.builder.create(`stablehlo.${name}`, [lhs, pool.pick(b, (type) => type === lhs.type)], {})
      .result;
  };

const makers: readonly Make[] = [
  unary("abs"),
  unary("negate"),
  binary("add"),
  binary("subtract"),
  binary("multiply"),
  binary("maximum"),
  binary("minimum"),
  logical("and"),
  logical("or"),
  logical("xor"),
  (pool, [a]) => pool.builder.create("stablehlo.not", [pool.pick(a, isPredicate)], {}).result,
  (pool, [a, b]) => {
    const type = typeOf(pool.pick(a));
    const number = special[b % special.length]!;
    const value = isFloat(type) ? number : isPredicate(type) ? Math.abs(b % 2) : Math.trunc(number) || 0;
    return pool.builder.create("stablehlo.constant", [], { value: elementsFromNumbers(type, [value]) })
      .result;
  },
  (pool, [a, b]) => {
    const type = typeOf(pool.pick(a));
    const values = Array.from(
      { length: elementCount(type.shape) },
      (_, i) => (b + 3 * i) % (isNumber(type) ? 5 : 2),
    );
    return pool.builder.create("stablehlo.constant", [], { value: elementsFromNumbers(type, values) }).result;
  },
  (pool, [a, b, direction]) => {
    const lhs = pool.pick(a);
    const rhs = pool.pick(b, (type) => type === lhs.type);
    const directions = ["EQ", "NE", "GE", "GT", "LE", "LT"] as const;
    const comparison_direction = directions[direction % directions.length]!;
    return pool.builder.create("stablehlo.compare", [lhs, rhs], { comparison_direction }).result;
  },
  (pool, [a, b, c]) => {
    const predicate = pool.pick(a, isPredicate);
    const sameShape = (type: TensorType) => type.shape.join() === typeOf(predicate).shape.join();
    const onTrue = pool.pick(b, sameShape);
    const onFalse = pool.pick(c, (type) => type === onTrue.type);
    return pool.builder.create("stablehlo.select", [predicate, onTrue, onFalse], {}).result;
  },
  (pool, [a, b]) => {
    const value = pool.pick(a);
    const element = (["f32", "i32", "i1", "bf16", "f64"] as const)[b % 5]!;
    const through = tensorType(typeOf(value).shape, element === "i1" ? "i32" : element);
    const exact = tensorType(typeOf(value).shape, typeOf(value).element);
    const wide = pool.builder.create("stablehlo.convert", [value], {}, { results: [through] }).result;
    return pool.builder.create("stablehlo.convert", [wide], {}, { results: [exact] }).result;
  },
  (pool, [a]) => {
    const value = pool.pick(a);
    const flat = tensorType([elementCount(typeOf(value).shape)], typeOf(value).element);
    return pool.builder.create("stablehlo.reshape", [value], {}, { results: [flat] }).result;
  },
  (pool, [a]) => {
    const value = pool.pick(a, hasRank);
    const permutation = typeOf(value)
      .shape.map((_, i) => i)
      .reverse();
    return pool.builder.create("stablehlo.transpose", [value], { permutation }).result;
  },
  (pool, [a]) => {
    const value = pool.pick(a, hasRank);
    return pool.builder.create("stablehlo.reverse", [value], { dimensions: [0] }).result;
  },
  (pool, [a, b]) => {
    const value = pool.pick(a, (type) => elementCount(type.shape) <= 12);
    const { shape, element } = typeOf(value);
    const result = tensorType([1 + (b % 2), ...shape], element);
    const broadcast_dimensions = shape.map((_, i) => i + 1);
    const options = { results: [result] };
    return pool.builder.create("stablehlo.broadcast_in_dim", [value], { broadcast_dimensions }, options)
      .result;
  },
  (pool, [a, b, c]) => {
    const value = pool.pick(a, hasRank);
    const { shape } = typeOf(value);
    const start_indices = shape.map((size) => b % size);
    const limit_indices = shape.map((size, i) => start_indices[i]! + 1 + (c % (size - start_indices[i]!)));
    const strides = shape.map(() => 1 + (c % 2));
    return pool.builder.create("stablehlo.slice", [value], { start_indices, limit_indices, strides }).result;
  },
  (pool, [a, b]) => {
    const lhs = pool.pick(a, (type) => hasRank(type) && elementCount(type.shape) <= 12);
    const rhs = pool.pick(b, (type) => type === lhs.type);
    return pool.builder.create("stablehlo.concatenate", [lhs, rhs], { dimension: 0 }).result;
  },
  branch,
  loop,
];

/** An if with an operation in each branch, by a constant or the first element of a predicate. */
function branch(pool: Pool, [a, b, c, d]: Step["picks"]): Value {
  const { builder } = pool;
  const value = pool.pick(b, isNumber);
  const predicate = c % 2 === 0 ? scalar(builder, "i1", d % 2) : firstOf(builder, pool.pick(a, isPredicate));
  const regions = (["negate", "abs"] as const).map((name) =>
    builder.region([], (_, inner) => {
      const result = inner.create(`stablehlo.${name}`, [value], {}).result;
      inner.create("stablehlo.return", [result], {});
    }),
  );
  return builder.create("stablehlo.if", [predicate], {}, { regions }).result;
}

/** A loop of three turns or less that carries a value, one that never changes, and one that only feeds itself. */
function loop(pool: Pool, [a, b, c]: Step["picks"]): Value {
  const { builder } = pool;
  const value = pool.pick(a, isNumber);
  const other = pool.pick(b, (type) => type === value.type);
  const start = scalar(builder, "i32", c % 4);
  const types = [start, value, other, other].map((initial) => initial.type);
  const condition = builder.region(types, ([turn], inner) => {
    const limit = scalar(inner, "i32", 3);
    const less = inner.create("stablehlo.compare", [turn!, limit], { comparison_direction: "LT" }).result;
    inner.create("stablehlo.return", [less], {});
  });
  const body = builder.region(types, ([turn, carried, constant, self], inner) => {
    const next = inner.create("stablehlo.add", [turn!, scalar(inner, "i32", 1)], {}).result;
    const invariant = inner.create("stablehlo.negate", [constant!], {}).result;
    const sum = inner.create("stablehlo.subtract", [carried!, invariant], {}).result;
    const turned = inner.create("stablehlo.negate", [self!], {}).result;
    inner.create("stablehlo.return", [next, sum, constant!, turned], {});
  });
  const options = { regions: [condition, body], results: types };
  const results = builder.create("stablehlo.while", [start, value, other, other], {}, options).results;
  return results[1 + (c % 2)]!;
}

const scalar = (builder: Builder, element: "i1" | "i32", value: number): Value =>
  builder.create("stablehlo.constant", [], { value: elementsFromNumbers(tensorType([], element), [value]) })
    .result;

function firstOf(builder: Builder, value: Value): Value {
  const { shape, element } = typeOf(value);
  const zeros = shape.map(() => 0);
  const ones = shape.map(() => 1);
  const attributes = { start_indices: zeros, limit_indices: ones, strides: ones };
  const first = builder.create("stablehlo.slice", [value], attributes).result;
  return builder.create("stablehlo.reshape", [first], {}, { results: [tensorType([], element)] }).result;
}

/** A function of fixed inputs that returns some of the values its steps make. */
function makeFunction(name: string, visibility: string | undefined, steps: readonly Step[]): Operation {
  const block = makeBlock(inputTypes);
  const builder = Builder.atEnd(block);
  const pool = new Pool(builder, block.arguments);
  for (const { kind, picks } of steps) pool.values.push(makers[kind % makers.length]!(pool, picks));
  const results = pool.values.slice(-3);
  builder.create("func.return", results, {});
  const types = results.map((result) => result.type);
  return makeOperation({
    name: "func.func",
    attributes: {
      sym_name: name,
      function_type: functionType(inputTypes, types),
      ...(visibility === undefined ? {} : { sym_visibility: visibility }),
    },
    regions: [makeRegion([block])],
  });
}

const pickArbitrary = fc.oneof(fc.nat(2), fc.nat(30));

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat(makers.length - 1),
  picks: fc.tuple(pickArbitrary, pickArbitrary, pickArbitrary, pickArbitrary),
});

/** A module of `@main` alone. The same arbitrary value always makes the same, fresh module. */
export const moduleArbitrary: fc.Arbitrary<() => Operation> = fc
  .array(stepArbitrary, { minLength: 1, maxLength: 14 })
  .map((steps) => () => {
    const block = makeBlock([]);
    insertOperation(makeFunction("main", undefined, steps), block);
    return makeOperation({ name: "builtin.module", regions: [makeRegion([block])] });
  });

/** Inputs of `@main`: numbers for each argument, NaN, infinities and zeros of both signs among them. */
export const inputsArbitrary = fc.tuple(
  ...inputTypes.map((type) => {
    const count = elementCount(type.shape);
    const number = isFloat(type)
      ? fc.constantFrom(...special, 3.25, -7.5)
      : fc.integer(isPredicate(type) ? { min: 0, max: 1 } : { min: -5, max: 5 });
    return fc
      .array(number, { minLength: count, maxLength: count })
      .map((numbers) => elementsFromNumbers(type, numbers));
  }),
);
