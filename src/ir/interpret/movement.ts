/**
 * @file Moving elements: every op that only rearranges is an affine walk, or a choice of source per result
 * element.
 */
import { byteWidth, elementCount, tensorType } from "../types.js";
import { stridesOf, Tensor } from "./tensor.js";

/**
 * Calls `visit` with each index of `shape` in row-major order, and its position; the array is reused between
 * calls.
 */
export function forEachIndex(
  shape: readonly number[],
  visit: (index: readonly number[], position: number) => void,
): void {
  const count = elementCount(shape);
  const index = shape.map(() => 0);
  for (let position = 0; position < count; position++) {
    visit(index, position);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d]!++;
      if (index[d]! < shape[d]!) break;
      index[d] = 0;
    }
  }
}

/** Row-major position of an index. */
export function positionOf(index: readonly number[], strides: readonly number[]): number {
  let position = 0;
  for (let d = 0; d < strides.length; d++) position += index[d]! * strides[d]!;
  return position;
}

export const isInside = (index: readonly number[], shape: readonly number[]): boolean =>
  shape.every((size, d) => index[d]! >= 0 && index[d]! < size);

/** Copies elements between byte arrays by element position. */
function copier(width: number, from: Uint8Array, to: Uint8Array): (source: number, target: number) => void {
  if (width === 1) {
    return (source, target) => {
      to[target] = from[source]!;
    };
  }
  const unit = Math.min(width, 4);
  const view = (bytes: Uint8Array): Uint16Array | Uint32Array =>
    unit === 2
      ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
      : new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const [source32, target32] = [view(from), view(to)];
  const units = width / unit;
  return (source, target) => {
    for (let i = 0; i < units; i++) target32[target * units + i] = source32[source * units + i]!;
  };
}

/**
 * A tensor of `shape` whose element at each index is `source`'s at the position `choose` gives (all must
 * exist).
 */
export function choose(
  source: Tensor,
  shape: readonly number[],
  position: (index: readonly number[]) => number,
): Tensor {
  const result = Tensor.zeros(shape, source.element);
  const copy = copier(byteWidth(source.element), source.bytes, result.bytes);
  forEachIndex(shape, (index, at) => {
    copy(position(index), at);
  });
  return result;
}

/** `choose` where position = base + sum of index[d] * steps[d]. */
export const readAffine = (
  source: Tensor,
  shape: readonly number[],
  steps: readonly number[],
  base = 0,
): Tensor => choose(source, shape, (index) => base + positionOf(index, steps));

/** Writes each element of `source` into `target` at the position given, or nowhere when it is undefined. */
export function place(
  source: Tensor,
  target: Tensor,
  position: (index: readonly number[]) => number | undefined,
): void {
  const copy = copier(byteWidth(source.element), source.bytes, target.bytes);
  forEachIndex(source.shape, (index, from) => {
    const to = position(index);
    if (to !== undefined) copy(from, to);
  });
}

/** `scalar` repeated over a shape. */
export const filled = (scalar: Tensor, shape: readonly number[]): Tensor =>
  Tensor.fromElements({ type: tensorType(shape, scalar.element), data: scalar.bytes, splat: true });

/** The block of `sizes` that begins at `start`, every stride-th element. */
export function slice(
  source: Tensor,
  start: readonly number[],
  sizes: readonly number[],
  strides: readonly number[] = sizes.map(() => 1),
): Tensor {
  const steps = stridesOf(source.shape);
  const base = positionOf(start, steps);
  return readAffine(
    source,
    sizes,
    steps.map((step, d) => step * strides[d]!),
    base,
  );
}

export function transpose(source: Tensor, permutation: readonly number[]): Tensor {
  const steps = stridesOf(source.shape);
  const shape = permutation.map((d) => source.shape[d]!);
  return readAffine(
    source,
    shape,
    permutation.map((d) => steps[d]!),
  );
}

/** Dimension d of `source` becomes dimension `dimensions[d]` of the result; sizes of 1 repeat. */
export function broadcast(source: Tensor, shape: readonly number[], dimensions: readonly number[]): Tensor {
  const strides = stridesOf(source.shape);
  const steps = shape.map(() => 0);
  dimensions.forEach((target, d) => {
    if (source.shape[d] !== 1) steps[target] = strides[d]!;
  });
  return readAffine(source, shape, steps);
}

/** Brings a scalar operand to a shape (clamp, select); others are left as they are. */
export const spread = (x: Tensor, shape: readonly number[]): Tensor =>
  x.shape.length === 0 && shape.length > 0 ? filled(x, shape) : x;
