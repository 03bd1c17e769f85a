/** @file Bytes by the memory they lie in. */
import { type ArrayShape, arraysOf, type Shape } from "./hlo.js";

/** Bytes in the device's main memory (HBM), in memory on its chip, and in the host's. */
export interface MemoryBytes {
  readonly hbm: number;
  readonly chip: number;
  readonly host: number;
}

export const NO_BYTES: MemoryBytes = { hbm: 0, chip: 0, host: 0 };

/** XLA's number for the host's memory; 0 is HBM, and all others are on the chip. */
const HOST_SPACE = 5;

/** @param bytes of the array, fewer where only a part of it is touched */
export function bytesIn({ space, bytes: all }: ArrayShape, bytes: number = all): MemoryBytes {
  if (space === 0) return { ...NO_BYTES, hbm: bytes };
  return space === HOST_SPACE ? { ...NO_BYTES, host: bytes } : { ...NO_BYTES, chip: bytes };
}

export const addBytes = (a: MemoryBytes, b: MemoryBytes): MemoryBytes => ({
  hbm: a.hbm + b.hbm,
  chip: a.chip + b.chip,
  host: a.host + b.host,
});

export const timesBytes = ({ hbm, chip, host }: MemoryBytes, times: number): MemoryBytes => ({
  hbm: hbm * times,
  chip: chip * times,
  host: host * times,
});

export const sumBytes = (list: readonly MemoryBytes[]): MemoryBytes => list.reduce(addBytes, NO_BYTES);

/** All arrays of a shape. */
export const shapeBytes = (shape: Shape): MemoryBytes =>
  sumBytes(arraysOf(shape).map((array) => bytesIn(array)));

/** Bytes of all arrays of a shape, wherever they lie. */
export const totalBytes = (shape: Shape): number =>
  arraysOf(shape).reduce((sum, { bytes }) => sum + bytes, 0);
