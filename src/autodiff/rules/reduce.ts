/** @file The rule of reduce: by sums, products and extrema. x are the elements, y the results, g their cotangents. */
import { splatOf } from "../../ir/analysis/constants.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Operation, Value } from "../../ir/operation.js";
import { elementCount, tensorType } from "../../ir/types.js";
import { asReal, filled, isComplexValue, reducerBody, sumAll, sumOver, where, zeros } from "../arithmetic.js";
import { notDifferentiableError } from "../errors.js";
import type { Contribution } from "../../ir/gradient-rule.js";
import { differentiable, type Rules } from "../rule.js";
import { exclusiveProducts } from "./products.js";
import { type ReducerName, reducerOf } from "../../ir/ops/reducer.js";

/** One element's reduction: what goes in, what comes out, and over which dimensions. */
interface Reduction {
  readonly e: Emitter;
  readonly x: Value;
  readonly init: Value;
  readonly y: Value;
  readonly g: Value;
  readonly dimensions: readonly number[];
}

/** Values of the result's shape, repeated along the reduced dimensions. */
function spread({ e, x, dimensions }: Reduction, values: Value): Value {
  const kept = shapeOf(x).flatMap((_, i) => (dimensions.includes(i) ? [] : [i]));
  return e.broadcast(values, shapeOf(x), kept);
}

/** The initial value, repeated to the result's shape. */
const initial = ({ e, init, y }: Reduction): Value =>
  e.broadcast(e.convert(init, typeOf(y).element), shapeOf(y), []);

/** The contributions to the elements and to the initial value. */
type Pair = readonly [Contribution, Contribution];

const bySum = (reduction: Reduction): Pair => {
  const { e, x, init, g } = reduction;
  return [
    () => e.convert(spread(reduction, g), typeOf(x).element),
    () => e.convert(sumAll(e, g), typeOf(init).element),
  ];
};

const worst = { maximum: Number.NEGATIVE_INFINITY, minimum: Number.POSITIVE_INFINITY } as const;

/** The largest elements share the cotangent in equal parts; the initial value is one of them unless it is the worst there is. */
const byExtremum = (reduction: Reduction, name: "maximum" | "minimum"): Pair => {
  const { e, x, init, y, g, dimensions } = reduction;
  const { element } = typeOf(y);
  const chosen = (): Value => e.compare("EQ", e.convert(x, element), spread(reduction, y));
  const isInitial = (): Value => e.compare("EQ", initial(reduction), y);
  const part = isComplexValue(y) ? (element === "complex<f64>" ? "f64" : "f32") : element;
  const number = (predicate: Value): Value => e.convert(predicate, part);
  const shares = (): Value => {
    const among = sumOver(e, number(chosen()), dimensions);
    const count = splatOf(init) === worst[name] ? among : e.add(among, number(isInitial()));
    return e.div(g, isComplexValue(y) ? asReal(e, count) : count);
  };
  return [
    () => e.convert(where(e, chosen(), spread(reduction, shares())), typeOf(x).element),
    () => e.convert(sumAll(e, where(e, isInitial(), shares())), typeOf(init).element),
  ];
};

/** Each element gets the product of all others, zeros among them or not. */
const byProduct = (reduction: Reduction): Pair => {
  const { e, x, init, y, g, dimensions } = reduction;
  const { element } = typeOf(y);
  const wide = (): Value => e.convert(x, element);
  const whole = (): Value => {
    const one = filled(e, tensorType([], element), 1);
    const regions = [reducerBody(e, "multiply", element)];
    return e.builder.create("stablehlo.reduce", [wide(), one], { dimensions }, { regions }).results[0]!;
  };
  return [
    () => {
      const others = exclusiveProducts(e, wide(), dimensions);
      const each = e.mul(spread(reduction, e.mul(g, initial(reduction))), others);
      return e.convert(each, typeOf(x).element);
    },
    () => e.convert(sumAll(e, e.mul(g, whole())), typeOf(init).element),
  ];
};

const pairs: { readonly [K in ReducerName]: (reduction: Reduction) => Pair } = {
  add: bySum,
  multiply: byProduct,
  maximum: (reduction) => byExtremum(reduction, "maximum"),
  minimum: (reduction) => byExtremum(reduction, "minimum"),
};

/** Zeros where there is nothing to reduce, for then only the initial value counts. */
function pairOf(op: Operation, name: ReducerName | undefined, reduction: Reduction): Pair {
  if (name === undefined)
    throw notDifferentiableError(op, "it reduces by another function than add, multiply, maximum or minimum");
  const pair = pairs[name](reduction);
  if (elementCount(shapeOf(reduction.x)) > 0) return pair;
  return [() => zeros(reduction.e, typeOf(reduction.x)), pair[1]];
}

export const reduceRules: Rules<"stablehlo.reduce"> = {
  "stablehlo.reduce": differentiable(({ e, op, cotangents }) => {
    const count = op.results.length;
    const dimensions = [...op.attributes.dimensions].sort((a, b) => a - b);
    const found = op.results.map((y, i) => {
      const g = cotangents[i];
      if (g === undefined) return undefined;
      const reduction = { e, x: op.operands[i]!, init: op.operands[count + i]!, y, g, dimensions };
      return pairOf(op, reducerOf(op.regions[0]!.entry, i, count), reduction);
    });
    return [...found.map((pair) => pair?.[0]), ...found.map((pair) => pair?.[1])];
  }),
};
