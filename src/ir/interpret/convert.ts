/** @file Changing element types: convert, bitcast_convert, reduce_precision, and quantisation. */
import {
  bitWidth,
  type ElementType,
  isComplex,
  isFloat,
  isInteger,
  tensorType,
  type TensorType,
} from "../types.js";
import { truncate } from "./codec.js";
import { exponentOf, roundHalfEven } from "../floats/bits.js";
import { type FloatFormat, floatFormats, type FloatType } from "../floats/formats.js";
import type { TensorRule } from "./machine.js";
import { dequantised, quantised } from "./quantise.js";
import { domainOf, Tensor } from "./tensor.js";

/**
 * An integer as a number for rounding to a float type narrower than f64: what does not fit 53 bits keeps a
 * last bit that says so (round to odd), so that rounding twice gives what rounding once would.
 */
function toNumber(x: bigint, element: ElementType): number {
  const magnitude = x < 0n ? -x : x;
  if (element === "f64" || element === "complex<f64>" || magnitude < 2n ** 53n) return Number(x);
  const spare = BigInt(magnitude.toString(2).length - 53);
  const kept = magnitude >> spare;
  const odd = kept << spare === magnitude ? kept : kept | 1n;
  return Number(x < 0n ? -(odd << spare) : odd << spare);
}

/** Real numbers with an imaginary part of zero. */
const withoutImaginary = (values: ArrayLike<number>): Float64Array => {
  const parts = new Float64Array(2 * values.length);
  for (let i = 0; i < values.length; i++) parts[2 * i] = values[i]!;
  return parts;
};

/**
 * The values of any tensor as real numbers, exact enough to be rounded to `target`; of complex numbers the
 * real parts.
 */
function asReal(x: Tensor, target: ElementType): ArrayLike<number> {
  switch (domainOf(x.element)) {
    case "float":
      return x.floats;
    case "complex":
      return Array.from({ length: x.count }, (_, i) => x.floats[2 * i]!);
    default:
      return Array.from(x.integers, (value) => toNumber(value, target));
  }
}

/** `x` with every element converted to another type. */
export function convertTo(x: Tensor, element: ElementType): Tensor {
  if (x.element === element) return x;
  const isReal = isFloat(x.element) || isComplex(x.element);
  switch (domainOf(element)) {
    case "float":
      return Tensor.fromFloats(x.shape, element, asReal(x, element));
    case "complex": {
      const parts = isComplex(x.element) ? x.floats : withoutImaginary(asReal(x, element));
      return Tensor.fromFloats(x.shape, element, parts);
    }
    case "boolean": {
      const values = isReal ? Array.from(asReal(x, element)) : Array.from(x.integers, Number);
      return Tensor.fromBooleans(
        x.shape,
        values.map((value) => value !== 0),
      );
    }
    default: {
      const values = isReal
        ? Array.from(asReal(x, element), (value) => truncate(value, element))
        : x.integers;
      return Tensor.fromIntegers(x.shape, element, values);
    }
  }
}

const resultType = (operation: { readonly results: readonly { readonly type: unknown }[] }): TensorType =>
  operation.results[0]!.type as TensorType;

const convert: TensorRule<"stablehlo.convert"> = (operation, [x]) => [
  convertTo(x!, resultType(operation).element),
];

/** Elements of fewer than 8 bits as one long number of bits per element, lowest first, and back. */
function unpackBits(x: Tensor): Uint8Array {
  const bits = bitWidth(x.element);
  const perByte = Math.min(bits, 8);
  return Uint8Array.from({ length: x.bytes.length * perByte }, (_, i) => {
    const byte = x.bytes[Math.floor(i / perByte)]!;
    return (byte >> (i % perByte)) & 1;
  });
}

function packBits(bits: Uint8Array, type: TensorType): Tensor {
  const perByte = Math.min(bitWidth(type.element), 8);
  const bytes = new Uint8Array(bits.length / perByte);
  bits.forEach((bit, i) => {
    bytes[Math.floor(i / perByte)]! |= bit << (i % perByte);
  });
  return new Tensor(type, bytes);
}

const bitcast: TensorRule<"stablehlo.bitcast_convert"> = (operation, [x]) => {
  const { element } = resultType(operation);
  const [from, to] = [bitWidth(x!.element), bitWidth(element)];
  // A narrower element adds a last dimension, a wider one takes it away.
  const shape = from === to ? x!.shape : from > to ? [...x!.shape, from / to] : x!.shape.slice(0, -1);
  const result = packBits(unpackBits(x!), tensorType(shape, element));
  // Integers of less than a byte are stored with their sign.
  return [to < 8 && isInteger(element) ? Tensor.fromIntegers(shape, element, result.integers) : result];
};

/**
 * Digits, rounded to an integer: ties to even. Where no digits are kept, the last bit of a number is that of its exponent, as it is stored; so
 * 1.5 becomes 1 below an even one.
 */
const roundDigits = (digits: number, mantissaBits: number, storedExponent: number): number =>
  mantissaBits === 0 && Math.abs(digits) === 1.5 && storedExponent % 2 === 0
    ? Math.sign(digits)
    : roundHalfEven(digits);

/**
 * Rounds the digits first, then what its exponent has no room for becomes infinity, or zero below the normal
 * numbers.
 */
const reducePrecision: TensorRule<"stablehlo.reduce_precision"> = (operation, [x]) => {
  const { exponent_bits: exponentBits, mantissa_bits: mantissaBits } = operation.attributes;
  const from: FloatFormat = floatFormats[x!.element as FloatType];
  const bias = 2 ** (exponentBits - 1) - 1;
  const isNarrower = exponentBits < from.exponentBits;
  const values = Array.from(x!.floats, (value) => {
    if (value === 0 || !Number.isFinite(value)) return value;
    const exponent = Math.max(exponentOf(Math.abs(value)), 1 - from.bias);
    const kept = Math.min(mantissaBits, from.mantissaBits);
    const step = 2 ** (exponent - kept);
    const rounded = roundDigits(value / step, kept, exponent + from.bias) * step;
    if (isNarrower && Math.abs(rounded) >= 2 ** (bias + 1)) return value * Infinity;
    return isNarrower && Math.abs(rounded) < 2 ** (1 - bias) ? value * 0 : rounded;
  });
  return [Tensor.fromFloats(x!.shape, x!.element, values)];
};

const quantise: TensorRule<"stablehlo.uniform_quantize"> = (operation, [x]) => [
  quantised(dequantised(x!), resultType(operation).element),
];

const dequantise: TensorRule<"stablehlo.uniform_dequantize"> = (_, [x]) => [dequantised(x!)];

export const convertRules = {
  "stablehlo.bitcast_convert": bitcast,
  "stablehlo.convert": convert,
  "stablehlo.reduce_precision": reducePrecision,
  "stablehlo.uniform_dequantize": dequantise,
  "stablehlo.uniform_quantize": quantise,
} as const;
