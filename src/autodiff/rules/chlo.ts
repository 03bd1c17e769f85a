/** @file Rules of the chlo dialect: by formulas where they are shorter than what the op is made of, else by that. */
import type { Emitter } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OpName, OperationOf } from "../../ir/ops/index.js";
import { decompositionOf } from "../../lowering/chlo/index.js";
import { conjugate, filledLike, minusFrom, scaled, shifted } from "../arithmetic.js";
import {
  constant,
  type Differentiability,
  differentiable,
  differentiableCode,
  notDifferentiable,
  type Rules,
} from "../rule.js";

type ChloName = Extract<OpName, `chlo.${string}`>;

/** An op of one operand x with result y by its derivative. */
const unary = (derivative: (e: Emitter, g: Value, x: Value, y: Value) => Value) =>
  differentiable(({ e, op, cotangent }) => [() => derivative(e, cotangent, op.operands[0]!, op.results[0]!)]);

/** By what the op is made of. */
const byMeaning: Differentiability<ChloName> = differentiableCode((walk, op, cotangents) =>
  walk.replay((e) => decompositionOf(op as OperationOf<ChloName>, e), cotangents),
);

const squared = (e: Emitter, x: Value): Value => e.mul(x, x);
const negated = (e: Emitter, x: Value): Value => e.unary("negate", x);
/** An op of this dialect. */
const chlo = (e: Emitter, name: "cosh" | "sinh" | "digamma", x: Value): Value =>
  e.builder.create(`chlo.${name}`, [x], {}).result;
const chlo2 = (e: Emitter, name: "polygamma" | "zeta", a: Value, b: Value): Value =>
  e.builder.create(`chlo.${name}`, [a, b], {}).result;

/** c exp(s x^2). */
const bell = (e: Emitter, x: Value, c: number, s: number): Value =>
  scaled(e, e.unary("exponential", scaled(e, squared(e, x), s)), c);

const next = notDifferentiable("it counts the numbers that a format has");
const order = "the order of a polygamma or zeta function has no derivative here";

export const chloRules: Rules<ChloName> = {
  "chlo._asin_acos_kernel": byMeaning,
  "chlo.acos": unary((e, g, x) => negated(e, e.mul(g, e.unary("rsqrt", minusFrom(e, 1, squared(e, x)))))),
  "chlo.acosh": unary((e, g, x) => {
    const roots = e.mul(e.unary("rsqrt", shifted(e, x, -1)), e.unary("rsqrt", shifted(e, x, 1)));
    return e.mul(g, roots);
  }),
  "chlo.asin": unary((e, g, x) => e.mul(g, e.unary("rsqrt", minusFrom(e, 1, squared(e, x))))),
  "chlo.asinh": unary((e, g, x) => e.mul(g, e.unary("rsqrt", shifted(e, squared(e, x), 1)))),
  "chlo.atan": unary((e, g, x) => e.div(g, shifted(e, squared(e, x), 1))),
  "chlo.atanh": unary((e, g, x) => e.div(g, e.mul(minusFrom(e, 1, x), shifted(e, x, 1)))),
  "chlo.bessel_i1e": byMeaning,
  "chlo.broadcast_add": byMeaning,
  "chlo.broadcast_and": constant,
  "chlo.broadcast_atan2": byMeaning,
  "chlo.broadcast_compare": constant,
  "chlo.broadcast_complex": byMeaning,
  "chlo.broadcast_divide": byMeaning,
  "chlo.broadcast_maximum": byMeaning,
  "chlo.broadcast_minimum": byMeaning,
  "chlo.broadcast_multiply": byMeaning,
  "chlo.broadcast_next_after": next,
  "chlo.broadcast_or": constant,
  "chlo.broadcast_polygamma": byMeaning,
  "chlo.broadcast_power": byMeaning,
  "chlo.broadcast_remainder": byMeaning,
  "chlo.broadcast_select": byMeaning,
  "chlo.broadcast_shift_left": constant,
  "chlo.broadcast_shift_right_arithmetic": constant,
  "chlo.broadcast_shift_right_logical": constant,
  "chlo.broadcast_subtract": byMeaning,
  "chlo.broadcast_xor": constant,
  "chlo.broadcast_zeta": byMeaning,
  "chlo.conj": unary((e, g) => conjugate(e, g)),
  "chlo.constant": constant,
  "chlo.constant_like": constant,
  "chlo.cosh": unary((e, g, x) => e.mul(g, chlo(e, "sinh", x))),
  "chlo.digamma": unary((e, g, x) => e.mul(g, chlo2(e, "polygamma", filledLike(e, x, 1), x))),
  "chlo.erf": unary((e, g, x) => e.mul(g, bell(e, x, 2 / Math.sqrt(Math.PI), -1))),
  "chlo.erf_inv": unary((e, g, _, y) => e.mul(g, bell(e, y, Math.sqrt(Math.PI) / 2, 1))),
  "chlo.erfc": unary((e, g, x) => e.mul(g, bell(e, x, -2 / Math.sqrt(Math.PI), -1))),
  "chlo.is_inf": constant,
  "chlo.is_neg_inf": constant,
  "chlo.is_pos_inf": constant,
  "chlo.lgamma": unary((e, g, x) => e.mul(g, chlo(e, "digamma", x))),
  "chlo.mulhi": constant,
  "chlo.next_after": next,
  // Of order n the derivative is that of order n + 1.
  "chlo.polygamma": differentiable(({ e, op, cotangent: g, refuse }) => {
    const [n, x] = op.operands as readonly [Value, Value];
    return [() => refuse(order), () => e.mul(g, chlo2(e, "polygamma", shifted(e, n, 1), x))];
  }),
  "chlo.ragged_dot": byMeaning,
  "chlo.scan": byMeaning,
  "chlo.sinh": unary((e, g, x) => e.mul(g, chlo(e, "cosh", x))),
  "chlo.square": unary((e, g, x) => e.mul(g, scaled(e, x, 2))),
  "chlo.tan": unary((e, g, _, y) => e.mul(g, shifted(e, squared(e, y), 1))),
  "chlo.top_k": byMeaning,
  // d/dq zeta(s, q) = -s zeta(s + 1, q).
  "chlo.zeta": differentiable(({ e, op, cotangent: g, refuse }) => {
    const [s, q] = op.operands as readonly [Value, Value];
    return [() => refuse(order), () => negated(e, e.mul(g, e.mul(s, chlo2(e, "zeta", shifted(e, s, 1), q))))];
  }),
};
