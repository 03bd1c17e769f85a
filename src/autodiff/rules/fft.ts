/** @file The rule of fft: linear maps, whose transposes are transforms again. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { Attributes } from "../../ir/ops/index.js";
import { tensorType } from "../../ir/types.js";
import { asReal, scaled, zeros } from "../arithmetic.js";
import { differentiable, type Rules } from "../rule.js";

type Transform = Attributes<"stablehlo.fft">;

const transform = (
  e: Emitter,
  x: Value,
  fft_type: Transform["fft_type"],
  fft_length: readonly number[],
): Value => e.builder.create("stablehlo.fft", [x], { fft_type, fft_length }).result;

/** Of RFFT, which keeps half of the transform of real numbers: the real part of the transform of that half. */
function ofHalf(e: Emitter, g: Value, length: readonly number[]): Value {
  const last = shapeOf(g).length - 1;
  const missing = length.at(-1)! - shapeOf(g)[last]!;
  const shape = shapeOf(g).map((size, i) => (i === last ? missing : size));
  const whole = e.concat([g, zeros(e, tensorType(shape, typeOf(g).element))], last);
  return e.unary("real", transform(e, whole, "FFT", length));
}

/** Of IRFFT, which counts all but the first and, of an even length, the last element twice: the conjugate of RFFT with these weights. */
function ofReal(e: Emitter, g: Value, length: readonly number[]): Value {
  const spectrum = transform(e, g, "RFFT", length);
  const shape = shapeOf(spectrum);
  const last = shape.length - 1;
  const isEven = length.at(-1)! % 2 === 0;
  const single = (i: number): boolean => i === 0 || (isEven && i === shape[last]! - 1);
  const weights = Array.from({ length: shape[last]! }, (_, i) => (single(i) ? 1 : 2));
  const [re, im] = [e.unary("real", spectrum), e.unary("imag", spectrum)];
  const { element } = typeOf(re);
  const each = e.broadcast(e.numbers(weights, [weights.length], element), shape, [last]);
  const conjugate = e.binary("complex", re, e.unary("negate", im));
  const count = length.reduce((product, size) => product * size, 1);
  return scaled(e, e.mul(conjugate, asReal(e, each)), 1 / count);
}

export const fftRules: Rules<"stablehlo.fft"> = {
  "stablehlo.fft": differentiable(({ e, op, cotangent }) => {
    const { fft_type: type, fft_length: length } = op.attributes;
    if (type === "RFFT") return [() => ofHalf(e, cotangent, length)];
    if (type === "IRFFT") return [() => ofReal(e, cotangent, length)];
    return [() => transform(e, cotangent, type, length)];
  }),
};
