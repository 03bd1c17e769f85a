/** @file What the makers of operations for the survival tier share. */
import { type BinaryName, Emitter, shapeOf, typeOf } from "../../src/ir/emit.js";
import type { Region, Value } from "../../src/ir/operation.js";
import { type ElementType, isComplex, tensorType, type TensorType } from "../../src/ir/types.js";
import type { randomNumbers } from "../conformance/random-numbers.js";

export type Random = ReturnType<typeof randomNumbers>;

/** Makes operations on a value. @throws VerifyError where its type does not take them */
export type Append = (e: Emitter, x: Value, random: Random) => Value;

export const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]!;

export const axisOf = (x: Value, random: Random): number => random(Math.max(1, shapeOf(x).length));

export const binaryNames: readonly BinaryName[] = [
  ...(["add", "and", "atan2", "complex", "divide", "maximum", "minimum", "multiply", "or"] as const),
  ...(["power", "remainder", "shift_right_arithmetic", "shift_right_logical", "subtract"] as const),
];

/** `count` numbers from `least` to `most`. */
export const numbersOf = (random: Random, count: number, least: number, most: number): readonly number[] =>
  Array.from({ length: count }, () => least + random(most - least + 1));

export function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  const rest = [...items];
  return items.map(() => rest.splice(random(rest.length), 1)[0]!);
}

/** A value of another type, made from `x` or of numbers, so that a compiler cannot always compute it. */
export function madeOf(
  e: Emitter,
  x: Value,
  shape: readonly number[],
  element: ElementType,
  random: Random,
): Value {
  if (random(3) === 0)
    return shape.length > 0 ? e.iota(shape, random(shape.length), element) : e.fill(1, [], element);
  if (random(3) === 0 || typeof element !== "string") return e.fill(random(4), shape, element);
  const { shape: sizes, element: own } = typeOf(x);
  if (sizes.includes(0)) return e.fill(1, shape, element);
  const one = e.reshape(
    e.builder.create("stablehlo.slice", [x], {
      start_indices: sizes.map(() => 0),
      limit_indices: sizes.map(() => 1),
      strides: sizes.map(() => 1),
    }).result,
    [],
  );
  // Complex numbers become others by their real parts only.
  const real = isComplex(own) && !isComplex(element) ? e.unary("real", one) : one;
  return e.broadcast(e.convert(real, element), shape, []);
}

/** A body of scalars for a reduction of `types`: accumulators and elements in, accumulators out. */
export function reducerOf(e: Emitter, types: readonly TensorType[], random: Random): Region {
  const scalars = types.map(({ element }) => tensorType([], element));
  return e.builder.region([...scalars, ...scalars], (args, inner) => {
    const body = new Emitter(inner);
    const made = scalars.map((_, i) => {
      const [a, b] = [args[i]!, args[i + scalars.length]!];
      return random(6) === 0 ? pick(random, [a, b]) : body.binary(pick(random, binaryNames), a, b);
    });
    inner.create("stablehlo.return", made, {});
  });
}
