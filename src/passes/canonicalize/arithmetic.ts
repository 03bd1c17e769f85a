/**
 * @file Identities of arithmetic. Results never change, not even for NaN, infinities and the sign of zero: so `x + 0`,
 * `x * 0` and `x - x` are simplified for integers only, while `x + -0`, `x - 0`, `x * 1` and `x / 1` hold for floats too.
 * (Which NaN comes out of an operation on NaN is not specified, and not kept.)
 */
import type { Builder } from "../../ir/builder.js";
import { Emitter } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { opDefinitions, type OpName } from "../../ir/ops/index.js";
import { isInteger, type TensorType } from "../../ir/types.js";
import { constantOf, isAllOnes, splatOf } from "../../ir/analysis/constants.js";
import { type Rule, rule } from "../rewrite.js";

const isIntegral = (value: Value): boolean =>
  value.type.kind === "tensor" && (value.type.element === "i1" || isInteger(value.type.element));

/** Whether `value` is filled with `number`; 0 and -0 differ. */
const isFilledWith = (value: Value, number: number): boolean => Object.is(splatOf(value), number);

const commutative = opDefinitions
  .filter((definition) => definition.traits.includes("commutative"))
  .map((definition) => definition.name as OpName);

const constantsToTheRight = rule(
  "constant operand to the right",
  commutative,
  ({ name, operands, attributes, extra }, builder) => {
    const [lhs, rhs] = operands as readonly [Value, Value];
    if (operands.length !== 2 || constantOf(lhs) === undefined || constantOf(rhs) !== undefined)
      return undefined;
    return builder.create(name, [rhs, lhs], attributes as never, { extra }).result;
  },
);

const flipped = { EQ: "EQ", NE: "NE", GE: "LE", GT: "LT", LE: "GE", LT: "GT" } as const;

const comparedConstantToTheRight = rule(
  "compared constant to the right",
  "stablehlo.compare",
  ({ operands, attributes, extra }, builder) => {
    const [lhs, rhs] = operands as readonly [Value, Value];
    if (constantOf(lhs) === undefined || constantOf(rhs) !== undefined) return undefined;
    const turned = { ...attributes, comparison_direction: flipped[attributes.comparison_direction] };
    return builder.create("stablehlo.compare", [rhs, lhs], turned, { extra }).result;
  },
);

/** `op(x, neutral)` is `x`. */
const neutral = (
  name: string,
  op: `stablehlo.${"add" | "subtract" | "multiply" | "divide" | "and" | "or" | "xor"}`,
  isNeutral: (value: Value) => boolean,
): Rule =>
  rule(name, op, ({ operands }) => {
    const [lhs, rhs] = operands as readonly [Value, Value];
    return isNeutral(rhs) ? lhs : undefined;
  });

/** `op(x, absorbing)` is `absorbing`. */
const absorbing = (
  name: string,
  op: `stablehlo.${"multiply" | "and" | "or"}`,
  isAbsorbing: (value: Value) => boolean,
): Rule =>
  rule(name, op, ({ operands }) => {
    const rhs = operands[1]!;
    return isIntegral(rhs) && isAbsorbing(rhs) ? rhs : undefined;
  });

const minusItself = rule(
  "x - x of integers",
  "stablehlo.subtract",
  ({ operands, result }, builder: Builder) => {
    const [lhs, rhs] = operands as readonly [Value, Value];
    const type = result.type as TensorType;
    return lhs === rhs && isIntegral(lhs) && !type.shape.includes(-1)
      ? new Emitter(builder).fill(0, type.shape, type.element)
      : undefined;
  },
);

const withItself = rule(
  "and, or, maximum, minimum with itself",
  ["stablehlo.and", "stablehlo.or", "stablehlo.maximum", "stablehlo.minimum"],
  ({ operands }) => (operands[0] === operands[1] ? operands[0] : undefined),
);

export const arithmeticRules: readonly Rule[] = [
  constantsToTheRight,
  comparedConstantToTheRight,
  neutral("x + 0", "stablehlo.add", (rhs) => isFilledWith(rhs, isIntegral(rhs) ? 0 : -0)),
  neutral("x - 0", "stablehlo.subtract", (rhs) => isFilledWith(rhs, 0)),
  neutral("x * 1", "stablehlo.multiply", (rhs) => isFilledWith(rhs, 1)),
  neutral("x / 1", "stablehlo.divide", (rhs) => isFilledWith(rhs, 1)),
  neutral("x and all ones", "stablehlo.and", isAllOnes),
  neutral("x or 0", "stablehlo.or", (rhs) => isFilledWith(rhs, 0)),
  neutral("x xor 0", "stablehlo.xor", (rhs) => isFilledWith(rhs, 0)),
  absorbing("x * 0 of integers", "stablehlo.multiply", (rhs) => isFilledWith(rhs, 0)),
  absorbing("x and 0", "stablehlo.and", (rhs) => isFilledWith(rhs, 0)),
  absorbing("x or all ones", "stablehlo.or", isAllOnes),
  minusItself,
  withItself,
];
