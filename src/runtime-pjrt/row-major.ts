/** @file Bytes of a tensor from a device's dimension order into row-major order, and back. */

/**
 * @param bytes elements in the order that `minorToMajor` says
 * @param dimensions logical dimensions, major first
 * @param minorToMajor dimension numbers, fastest varying first
 * @param elementBytes bytes of one element
 * @returns the elements in row-major order, in a new array
 */
export function toRowMajor(
  bytes: Uint8Array<ArrayBuffer>,
  dimensions: readonly number[],
  minorToMajor: readonly number[],
  elementBytes: number,
): Uint8Array<ArrayBuffer> {
  const strides = new Array<number>(dimensions.length).fill(0);
  let stride = elementBytes;
  for (const dimension of minorToMajor) {
    strides[dimension] = stride;
    stride *= dimensions[dimension]!;
  }
  const result = new Uint8Array(bytes.length);
  const index = new Array<number>(dimensions.length).fill(0);
  let source = 0;
  for (let target = 0; target < bytes.length; target += elementBytes) {
    for (let k = 0; k < elementBytes; k++) result[target + k] = bytes[source + k]!;
    for (let d = dimensions.length - 1; d >= 0; d--) {
      source += strides[d]!;
      if (++index[d]! < dimensions[d]!) break;
      source -= strides[d]! * dimensions[d]!;
      index[d] = 0;
    }
  }
  return result;
}

/** The way back: elements in row-major order into the order that `minorToMajor` says, in a new array. */
export function fromRowMajor(
  bytes: Uint8Array<ArrayBuffer>,
  dimensions: readonly number[],
  minorToMajor: readonly number[],
  elementBytes: number,
): Uint8Array<ArrayBuffer> {
  // As the device keeps it, the tensor is row-major with its dimensions in this order.
  const kept = [...minorToMajor].reverse();
  const fastestFirst = [...dimensions.keys()].reverse().map((dimension) => kept.indexOf(dimension));
  const keptDimensions = kept.map((dimension) => dimensions[dimension]!);
  return toRowMajor(bytes, keptDimensions, fastestFirst, elementBytes);
}
