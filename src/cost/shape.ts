/** @file What an array takes in memory: HLO's element types, layouts and tiles. */
import type { ArrayShape } from "./hlo.js";

/** Element type as HLO writes it -> its number in protobuf (XLA's PrimitiveType), bits of one element. */
const ELEMENTS: Readonly<Record<string, readonly [number: number, bits: number]>> = {
  pred: [1, 8],
  s1: [30, 1],
  s2: [26, 2],
  s4: [21, 4],
  s8: [2, 8],
  s16: [3, 16],
  s32: [4, 32],
  s64: [5, 64],
  u1: [31, 1],
  u2: [27, 2],
  u4: [22, 4],
  u8: [6, 8],
  u16: [7, 16],
  u32: [8, 32],
  u64: [9, 64],
  f16: [10, 16],
  bf16: [16, 16],
  f32: [11, 32],
  f64: [12, 64],
  f4e2m1fn: [32, 4],
  f6e2m3fn: [36, 6],
  f6e3m2fn: [35, 6],
  f8e3m4: [29, 8],
  f8e4m3: [28, 8],
  f8e4m3fn: [20, 8],
  f8e4m3b11fnuz: [23, 8],
  f8e4m3fnuz: [25, 8],
  f8e5m2: [19, 8],
  f8e5m2fnuz: [24, 8],
  f8e8m0fnu: [33, 8],
  c64: [15, 64],
  c128: [18, 128],
  opaque: [14, 0],
  token: [17, 0],
};

const BY_NUMBER = new Map(Object.entries(ELEMENTS).map(([name, [number]]) => [number, name]));

/** The spelling of XLA's PrimitiveType; undefined for a number that no array has. */
export const elementName = (number: number): string | undefined => BY_NUMBER.get(number);

/** Whether HLO has such an element type. */
export const isElementName = (name: string): boolean => Object.hasOwn(ELEMENTS, name);

/** How an array is arranged. */
export interface Layout {
  /** Dimensions, the one whose elements lie side by side first; row-major where absent. */
  readonly minorToMajor?: readonly number[] | undefined;
  readonly tiles?: readonly (readonly number[])[] | undefined;
  readonly space?: number | undefined;
  /** Bits of one element where they are packed; 0 says that they are not. */
  readonly elementBits?: number | undefined;
}

/** An array of an element type of `ELEMENTS`. */
export function makeArrayShape(
  element: string,
  dimensions: readonly number[],
  layout: Layout = {},
): ArrayShape {
  const { minorToMajor = dimensions.map((_, i) => dimensions.length - 1 - i), tiles = [] } = layout;
  const natural = ELEMENTS[element]![1];
  // What is not packed takes whole bytes.
  const bits = layout.elementBits || (natural === 0 ? 0 : Math.max(natural, 8));
  const physical = [...minorToMajor].reverse().map((dimension) => dimensions[dimension]!);
  // A scalar is read and written as one word, whatever its tile.
  const count = (physical.length === 0 ? [] : tiles)
    .reduce(tile, physical)
    .reduce((product, size) => product * size, 1);
  return {
    kind: "array",
    element,
    dimensions,
    space: layout.space ?? 0,
    bytes: Math.ceil((count * bits) / 8),
  };
}

/** Splits the innermost sizes into tiles: whole tiles outside, one tile's sizes inside. What does not fill a tile is padded. */
function tile(sizes: readonly number[], tileSizes: readonly number[]): readonly number[] {
  const missing = Math.max(0, tileSizes.length - sizes.length);
  const padded = [...Array.from({ length: missing }, () => 1), ...sizes];
  const outer = padded.slice(0, padded.length - tileSizes.length);
  const inner = padded.slice(padded.length - tileSizes.length);
  return [...outer, ...inner.map((size, i) => Math.ceil(size / tileSizes[i]!)), ...tileSizes];
}
