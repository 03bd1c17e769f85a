/** @file Whole numbers as bytes. */

/** The `bytes` lowest bytes of a number of at most 2^53, the lowest first. */
export function littleEndian(value: number, bytes: number): number[] {
  const result: number[] = [];
  for (let rest = value, i = 0; i < bytes; i++, rest = Math.floor(rest / 256)) result.push(rest % 256);
  return result;
}
