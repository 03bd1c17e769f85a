/** @file The rule of fft: discrete Fourier transforms by their definition, in f64, rounded once. */
import { elementCount, isComplex, type TensorType } from "../types.js";
import type { TensorRule } from "./machine.js";
import { forEachIndex, positionOf } from "./movement.js";
import { stridesOf, Tensor } from "./tensor.js";

/** Complex numbers, their parts apart. */
interface Parts {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const zeros = (count: number): Parts => ({ re: new Float64Array(count), im: new Float64Array(count) });

function partsOf(x: Tensor): Parts {
  const parts = zeros(x.count);
  const step = isComplex(x.element) ? 2 : 1;
  for (let i = 0; i < x.count; i++) {
    parts.re[i] = x.floats[step * i]!;
    if (step === 2) parts.im[i] = x.floats[2 * i + 1]!;
  }
  return parts;
}

/** Of a real element type the imaginary parts are dropped. */
function tensorOf({ shape, element }: TensorType, { re, im }: Parts): Tensor {
  if (!isComplex(element)) return Tensor.fromFloats(shape, element, re);
  const values = new Float64Array(2 * re.length);
  re.forEach((value, i) => {
    values[2 * i] = value;
    values[2 * i + 1] = im[i]!;
  });
  return Tensor.fromFloats(shape, element, values);
}

/** e^(2 pi i k / n) for k < n, exact at quarter turns. */
function rootsOfUnity(n: number): Parts {
  const roots = zeros(n);
  const axis = [0, 1, 0, -1];
  for (let k = 0; k < n; k++) {
    const quarters = (4 * k) / n;
    const onAxis = Number.isInteger(quarters);
    const angle = (2 * Math.PI * k) / n;
    roots.re[k] = onAxis ? axis[(quarters + 1) % 4]! : Math.cos(angle);
    roots.im[k] = onAxis ? axis[quarters]! : Math.sin(angle);
  }
  return roots;
}

/**
 * Replaces `n` numbers, `stride` apart, by their transform; `sign` is -1, or 1 for the inverse, which
 * divides by n.
 */
function transformLine({ re, im }: Parts, base: number, stride: number, roots: Parts, sign: 1 | -1): void {
  const n = roots.re.length;
  const result = zeros(n);
  const scale = sign < 0 ? 1 : n;
  for (let k = 0; k < n; k++) {
    let [sumRe, sumIm] = [0, 0];
    for (let i = 0; i < n; i++) {
      const turn = (i * k) % n;
      const [rootRe, rootIm] = [roots.re[turn]!, sign * roots.im[turn]!];
      const [x, y] = [re[base + i * stride]!, im[base + i * stride]!];
      sumRe += x * rootRe - y * rootIm;
      sumIm += x * rootIm + y * rootRe;
    }
    result.re[k] = sumRe / scale;
    result.im[k] = sumIm / scale;
  }
  for (let k = 0; k < n; k++) {
    re[base + k * stride] = result.re[k]!;
    im[base + k * stride] = result.im[k]!;
  }
}

/** Transforms numbers of `shape` in place along the last `count` dimensions. */
function transform(values: Parts, shape: readonly number[], count: number, sign: 1 | -1): Parts {
  const strides = stridesOf(shape);
  for (let d = shape.length - count; d < shape.length; d++) {
    const roots = rootsOfUnity(shape[d]!);
    forEachIndex(shape.with(d, Math.min(1, shape[d]!)), (index) => {
      transformLine(values, positionOf(index, strides), strides[d]!, roots, sign);
    });
  }
  return values;
}

/**
 * All of a transform of real numbers from the half that the last dimension holds: the number at -k is
 * conjugate to that at k.
 */
function completeHalf(x: Tensor, shape: readonly number[], count: number): Parts {
  const half = partsOf(x);
  const strides = stridesOf(x.shape);
  const first = shape.length - count;
  const all = zeros(elementCount(shape));
  forEachIndex(shape, (index, at) => {
    const isHeld = index.at(-1)! < x.shape.at(-1)!;
    const source = isHeld ? index : index.map((i, d) => (d < first ? i : (shape[d]! - i) % shape[d]!));
    const from = positionOf(source, strides);
    all.re[at] = half.re[from]!;
    all.im[at] = isHeld ? half.im[from]! : -half.im[from]!;
  });
  return all;
}

/** The first half of a transform of real numbers: what `shape` has room for. */
function firstHalf(all: Parts, from: readonly number[], shape: readonly number[]): Parts {
  const strides = stridesOf(from);
  const half = zeros(elementCount(shape));
  forEachIndex(shape, (index, at) => {
    const source = positionOf(index, strides);
    half.re[at] = all.re[source]!;
    half.im[at] = all.im[source]!;
  });
  return half;
}

const fft: TensorRule<"stablehlo.fft"> = (operation, [x]) => {
  const { fft_type: type, fft_length: length } = operation.attributes;
  const result = operation.result.type as TensorType;
  const count = length.length;
  if (type === "IRFFT") {
    const all = completeHalf(x!, result.shape, count);
    return [tensorOf(result, transform(all, result.shape, count, 1))];
  }
  const all = transform(partsOf(x!), x!.shape, count, type === "IFFT" ? 1 : -1);
  return [tensorOf(result, type === "RFFT" ? firstHalf(all, x!.shape, result.shape) : all)];
};

export const fftRules = { "stablehlo.fft": fft } as const;
