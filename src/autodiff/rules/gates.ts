/**
 * @file The gradient of griffin.rg_lru_gates, one elementwise computation in f32 like the op (Griffin paper, section 2.4): the gates are
 * computed again. Axes: b batch, t time, e recurrence width, n heads.
 */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { minusFrom, scaled, sumOver, where } from "../arithmetic.js";
import type { Contribution } from "../../ir/gradient-rule.js";
import type { Backward } from "../rule.js";

/** The derivative of sqrt(1 - a^2) is bounded by this (appendix A): where a is almost 1 it would grow without end. */
const MAX_SQRT_DERIVATIVE = 1000;

/** What the op computes on its way. */
interface Forward {
  readonly x: Value;
  /** Input and recurrence gates [b, t, e]. */
  readonly i: Value;
  readonly r: Value;
  readonly logDecay: Value;
  readonly a: Value;
  readonly squared: Value;
  /** 1 - a^2. */
  readonly rest: Value;
  /** Whether a document starts at the token. */
  readonly start: Value;
  /** What the gated input is multiplied by. */
  readonly multiplier: Value;
}

function forward(e: Emitter, operands: readonly Value[], heads: number): Forward {
  const [x, z, bias, logDecay, reset] = operands as readonly [Value, Value, Value, Value, Value];
  const shape = shapeOf(x) as readonly [number, number, number];
  const block = shape[2] / heads;
  const blocks = [shape[0], shape[1], heads, 2 * block];
  const wide = e.convert(e.reshape(z, blocks), "f32");
  const gates = e.unary("logistic", e.add(wide, e.broadcast(e.convert(bias, "f32"), blocks, [2, 3])));
  const gate = (which: number): Value =>
    e.reshape(e.slice(gates, 3, which * block, (which + 1) * block), shape);
  const [i, r] = [gate(0), gate(1)];
  const decay = e.broadcast(e.convert(logDecay, "f32"), shape, [2]);
  const logA = e.mul(r, decay);
  const squared = e.unary("exponential", scaled(e, logA, 2));
  const rest = minusFrom(e, 1, squared);
  const start = e.broadcast(reset, shape, [0, 1]);
  const damping = e.unary("sqrt", rest);
  return {
    x: e.convert(x, "f32"),
    i,
    r,
    logDecay: decay,
    a: e.unary("exponential", logA),
    squared,
    rest,
    start,
    multiplier: e.select(start, e.fill(1, shape, "f32"), damping),
  };
}

/** The cotangent of log a, by way of the decay a and of the multiplier sqrt(1 - a^2). */
function ofLogA(e: Emitter, f: Forward, input: Value | undefined, decay: Value | undefined): Value {
  const continues = e.unary("not", f.start);
  const parts: Value[] = [];
  if (decay !== undefined) parts.push(e.mul(decay, f.a));
  if (input !== undefined) {
    const least = 1 / (4 * MAX_SQRT_DERIVATIVE ** 2);
    const slope = e.unary("rsqrt", e.scalar("maximum", f.rest, least));
    const damping = e.mul(input, e.mul(f.x, f.i));
    parts.push(e.unary("negate", e.mul(damping, e.mul(slope, f.squared))));
  }
  return where(e, continues, parts.reduce(e.add));
}

export function rgLruGatesGradient({
  e,
  op,
  cotangents: [input, decay],
}: Backward<"griffin.rg_lru_gates">): readonly (Contribution | undefined)[] {
  const [x, z, bias, logDecay] = op.operands as readonly [Value, Value, Value, Value];
  const { heads } = op.attributes;
  const shape = shapeOf(x) as readonly [number, number, number];
  const f = forward(e, op.operands, heads);
  const logA = ofLogA(e, f, input, decay);
  const throughSigmoid = (g: Value, gate: Value): Value => e.mul(g, e.mul(gate, minusFrom(e, 1, gate)));
  const blocks = [shape[0], shape[1], heads, shape[2] / heads];
  const zeros = e.fill(0, shape, "f32");
  const ofInput = input === undefined ? zeros : e.mul(input, e.mul(f.x, f.multiplier));
  const parts = [throughSigmoid(ofInput, f.i), throughSigmoid(e.mul(logA, f.logDecay), f.r)].map((part) =>
    e.reshape(part, blocks),
  );
  return [
    input && (() => e.convert(e.mul(input, e.mul(f.i, f.multiplier)), typeOf(x).element)),
    () => e.convert(e.reshape(e.concat(parts, 3), shapeOf(z)), typeOf(z).element),
    // Each gate is summed by itself, not read once more from where both lie side by side.
    () => {
      const sums = parts.map((part) => sumOver(e, part, [0, 1]));
      return e.convert(e.concat(sums, 1), typeOf(bias).element);
    },
    () => e.convert(sumOver(e, e.mul(logA, f.r), [0, 1]), typeOf(logDecay).element),
  ];
}
