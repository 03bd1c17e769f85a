/**
 * @file How a device arranges a tensor, as XLA writes it: `{0,1}` is column-major, `{1,0:T(8,128)}` is row-major in tiles. The
 * dimension that varies fastest comes first.
 */
import { ArgumentError } from "./errors.js";

/** A layout, taken apart. */
export interface ParsedLayout {
  /** Dimension numbers, fastest varying first. */
  readonly minorToMajor: readonly number[];
  /** Tiles, outermost first, e.g. `T(8,128)(2,1)` is [[8, 128], [2, 1]]. */
  readonly tiles: readonly (readonly number[])[];
}

const FORM = /^\{([\d,]*)(?::(.*))?\}$/;
const TILES = /T((?:\([\d,*]+\))+)/;

/**
 * Element sizes (`E`) follow from the element type and memory spaces (`S`) from the buffer's memory: neither decides where in its
 * memory an element stands.
 */
const withoutPlace = (properties: string): string => properties.replace(/[ES]\(\d+\)/g, "");

/** `{1,0}` for rank 2. */
export function rowMajorLayout(rank: number): string {
  return `{${Array.from({ length: rank }, (_, i) => rank - 1 - i).join(",")}}`;
}

/**
 * Reads a layout of a tensor of that many dimensions.
 * @throws ArgumentError unless it names each dimension once, with tiles of whole numbers
 */
export function parseLayout(layout: string, rank: number): ParsedLayout {
  const [, order, properties = ""] = FORM.exec(layout) ?? [];
  const minorToMajor = order === undefined || order === "" ? [] : order.split(",").map(Number);
  const complete = minorToMajor.length === rank && new Set(minorToMajor).size === rank;
  if (order === undefined || !complete || minorToMajor.some((dimension) => dimension >= rank)) {
    throw new ArgumentError({
      message: `${JSON.stringify(layout)} is no layout of a tensor with ${rank} dimensions`,
      expected: `the numbers of its dimensions, fastest varying first: ${rowMajorLayout(rank)} is row-major`,
    });
  }
  const tiles = TILES.exec(properties)?.[1] ?? "";
  const sizes = [...tiles.matchAll(/\(([^)]*)\)/g)].map(([, inner]) => inner!.split(",").map(Number));
  const rest = withoutPlace(properties).replace(TILES, "");
  if (rest === "" && sizes.flat().every(Number.isSafeInteger)) return { minorToMajor, tiles: sizes };
  throw new ArgumentError({
    message: `the layout ${layout} has parts that cannot be asked for`,
    expected: "an order of dimensions, with tiles T(...) at most",
  });
}

/**
 * The one text of all layouts that arrange a tensor of these dimensions alike: without tiles, dimensions of size 1 may stand
 * anywhere, and a tensor without elements has no order.
 */
function canonical(layout: string, dimensions: readonly number[]): string {
  const [, order, properties = ""] = FORM.exec(layout) ?? [];
  if (order === undefined) return layout;
  const rest = withoutPlace(properties);
  if (rest !== "") return `${order}:${rest}`;
  if (dimensions.includes(0)) return "";
  return order
    .split(",")
    .filter((dimension) => dimensions[Number(dimension)] !== 1)
    .join(",");
}

/** Whether two layouts put every element of a tensor of these dimensions in the same place. */
export function sameLayout(a: string, b: string, dimensions: readonly number[]): boolean {
  return a === b || canonical(a, dimensions) === canonical(b, dimensions);
}

/** Whether a tensor of these dimensions has only one arrangement as far as this layout goes: nothing is to be compared. */
export function isOnlyArrangement(layout: string, dimensions: readonly number[]): boolean {
  const text = canonical(layout, dimensions);
  return !text.includes(":") && !text.includes(",");
}
