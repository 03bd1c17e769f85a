/**
 * @file A layered layout of a graph, after Sugiyama, Tagawa and Toda (1981): each node below what it uses, edges that cross layers by
 * places of their own in between, few crossings by means of neighbours, then places near the neighbours.
 */
import { apart } from "../../support/apart.js";

/** A node to place. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** From one node to another, by their indices. */
export type Arc = readonly [from: number, to: number];

/** A point in pixels, from the left and from the top. */
export type Point = readonly [x: number, y: number];

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The centres of the nodes. */
  readonly centres: readonly Point[];
  /** Of each arc, the points that it goes through. */
  readonly routes: readonly (readonly Point[])[];
}

/** Pixels between layers, and between neighbours of one. */
const [BETWEEN, BESIDE] = [28, 14];
/** Pixels that the boxes of a layer take side by side; more of them stand in several layers. */
const MOST_WIDTH = 1200;
/**
 * How much more the place of what uses something counts than that of what uses nothing: an argument or a constant makes room for a chain of
 * operations, which goes straight down past all that it uses.
 */
const STEADY = 10_000;
/** How often order and places are bettered, down and up. */
const SWEEPS = 8;

/** A node, or a place where an arc crosses a layer. */
interface Place extends Box {
  /** The node itself, or that from which the arc comes down. */
  readonly from: number;
  readonly layer: number;
  readonly above: number[];
  readonly below: number[];
}

/**
 * Places boxes in layers. An arc is to lead from an earlier box to a later one; one that does not is drawn upwards, and none leads from a
 * box to itself.
 */
export function layOut(boxes: readonly Box[], arcs: readonly Arc[]): Layout {
  const layerOf = wrapped(boxes, arcs, layersOf(boxes.length, arcs));
  const places: Place[] = boxes.map((box, i) => ({
    ...box,
    from: i,
    layer: layerOf[i]!,
    above: [],
    below: [],
  }));
  const paths = arcs.map((arc) => thread(places, arc));
  const rows: number[][] = Array.from({ length: Math.max(-1, ...layerOf) + 1 }, () => []);
  for (const [i, { layer }] of places.entries()) rows[layer]!.push(i);
  order(rows, places);
  const xs = spread(rows, places);
  const heights = rows.map((row) => Math.max(0, ...row.map((i) => places[i]!.height)));
  const tops = heights.map((_, row) => heights.slice(0, row).reduce((sum, each) => sum + each + BETWEEN, 0));
  const bands = heights.map((height, row): Band => ({ top: tops[row]!, bottom: tops[row]! + height }));
  const bandOf = (i: number): Band => bands[places[i]!.layer]!;
  const y = (i: number) => (bandOf(i).top + bandOf(i).bottom) / 2;
  // One by one: long arcs have more places than a call can have arguments.
  const left = places.reduce((least, { width }, i) => Math.min(least, xs[i]! - width / 2), 0);
  const point = (i: number): Point => [xs[i]! - left, y(i)];
  return {
    width: places.reduce((most, { width }, i) => Math.max(most, xs[i]! - left + width / 2), 0),
    height: (tops.at(-1) ?? 0) + (heights.at(-1) ?? 0),
    centres: boxes.map((_, i) => point(i)),
    routes: paths.map((path) => routeOf(path.map((i) => ({ point: point(i), band: bandOf(i) })))),
  };
}

/** From where to where a layer reaches, in pixels from the top. */
interface Band {
  readonly top: number;
  readonly bottom: number;
}

/** Where an arc meets a layer. */
interface Crossing {
  readonly point: Point;
  readonly band: Band;
}

/**
 * The line of an arc: upright within layers, where nothing else stands above or below its places, and slanting between layers, where nothing
 * stands at all. So it meets no box but those at its ends.
 */
function routeOf(crossings: readonly Crossing[]): readonly Point[] {
  const [first, last] = [crossings[0]!, crossings.at(-1)!];
  const [from, to] = [first.point, last.point];
  if (first.band === last.band) {
    const { bottom } = first.band;
    const below: Point = [(from[0] + to[0]) / 2, bottom + BETWEEN / 2];
    return [from, [from[0], bottom], below, [to[0], bottom], to];
  }
  const isDown = first.band.top < last.band.top;
  const borders = crossings.flatMap(({ point: [x], band: { top, bottom } }): readonly Point[] =>
    isDown
      ? [
          [x, top],
          [x, bottom],
        ]
      : [
          [x, bottom],
          [x, top],
        ],
  );
  // The first layer is only left, the last one only entered.
  return [from, ...borders.slice(1, -1), to];
}

/** Each below all that it uses; what uses nothing, right above its first user. */
function layersOf(count: number, arcs: readonly Arc[]): readonly number[] {
  const layerOf = new Array<number>(count).fill(0);
  const forward = arcs.filter(([from, to]) => from < to).sort(([, a], [, b]) => a - b);
  for (const [from, to] of forward) layerOf[to] = Math.max(layerOf[to]!, layerOf[from]! + 1);
  const used = new Set(forward.map(([, to]) => to));
  for (let i = 0; i < count; i++) {
    if (used.has(i)) continue;
    const users = forward.filter(([from]) => from === i).map(([, to]) => layerOf[to]!);
    if (users.length > 0) layerOf[i] = Math.min(...users) - 1;
  }
  return layerOf;
}

/** Layers again, those that are too wide one below the other: what uses nothing first, so that its users stay near. */
function wrapped(boxes: readonly Box[], arcs: readonly Arc[], layerOf: readonly number[]): readonly number[] {
  const uses = new Set(arcs.filter(([from, to]) => from < to).map(([, to]) => to));
  const rows: number[][] = Array.from({ length: Math.max(-1, ...layerOf) + 1 }, () => []);
  for (const [i, layer] of layerOf.entries()) if (!uses.has(i)) rows[layer]!.push(i);
  for (const [i, layer] of layerOf.entries()) if (uses.has(i)) rows[layer]!.push(i);
  const result = new Array<number>(boxes.length).fill(0);
  let layer = 0;
  for (const row of rows) {
    const width = row.reduce((sum, i) => sum + boxes[i]!.width + BESIDE, 0);
    // As many rows as there must be, each about as wide as the others.
    const most = width / Math.ceil(width / MOST_WIDTH);
    let taken = 0;
    for (const i of row) {
      const next = taken + boxes[i]!.width + BESIDE;
      if (taken > 0 && next > most + (boxes[i]!.width + BESIDE) / 2) {
        layer++;
        taken = 0;
      }
      taken += boxes[i]!.width + BESIDE;
      result[i] = layer;
    }
    layer++;
  }
  return result;
}

/** Joins the ends of an arc through a place in each layer between. @returns the places from its source to its target */
function thread(places: Place[], [from, to]: Arc): readonly number[] {
  const isDown = places[from]!.layer <= places[to]!.layer;
  const [upper, lower] = isDown ? [from, to] : [to, from];
  const path = [upper];
  for (let layer = places[upper]!.layer + 1; layer < places[lower]!.layer; layer++) {
    path.push(places.length);
    places.push({ width: 0, height: 0, from: upper, layer, above: [], below: [] });
  }
  path.push(lower);
  for (let i = 1; i < path.length; i++) {
    // What is in the same layer is no neighbour that orders anything.
    if (places[path[i]!]!.layer === places[path[i - 1]!]!.layer) continue;
    places[path[i - 1]!]!.below.push(path[i]!);
    places[path[i]!]!.above.push(path[i - 1]!);
  }
  return isDown ? path : path.reverse();
}

/** Orders each row by the mean place of its neighbours in the row before, downwards and upwards in turn. */
function order(rows: number[][], places: readonly Place[]): void {
  const rank = new Array<number>(places.length);
  const number = (row: readonly number[]): void => {
    for (const [at, i] of row.entries()) rank[i] = at;
  };
  for (const row of rows) number(row);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const side = sweep % 2 === 0 ? "above" : "below";
    for (const row of side === "above" ? rows : [...rows].reverse()) {
      const wanted = new Map(row.map((i) => [i, mean(places[i]![side], rank) ?? rank[i]!]));
      row.sort((a, b) => wanted.get(a)! - wanted.get(b)! || rank[a]! - rank[b]!);
      number(row);
    }
  }
}

/** Centres from the left: near those of the neighbours, in order, and apart. */
function spread(rows: readonly (readonly number[])[], places: readonly Place[]): readonly number[] {
  const xs = new Array<number>(places.length).fill(0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const side = sweep % 2 === 0 ? "above" : "below";
    for (const row of side === "above" ? rows : [...rows].reverse()) {
      const wanted = row.map((i) => mean(steadyOf(places, places[i]![side]), xs) ?? xs[i]!);
      const widths = row.map((i) => places[i]!.width);
      const weights = row.map((i) => (isSteady(places, i) ? STEADY : 1));
      for (const [at, x] of apart(wanted, widths, BESIDE, weights).entries()) xs[row[at]!] = x;
    }
  }
  return xs;
}

const isSteady = (places: readonly Place[], i: number): boolean => places[places[i]!.from]!.above.length > 0;

/** Those neighbours that a place goes by: all where none is steadier than others. */
function steadyOf(places: readonly Place[], neighbours: readonly number[]): readonly number[] {
  const steady = neighbours.filter((i) => isSteady(places, i));
  return steady.length === 0 ? neighbours : steady;
}

const mean = (of: readonly number[], values: readonly number[]): number | undefined =>
  of.length === 0 ? undefined : of.reduce((sum, i) => sum + values[i]!, 0) / of.length;
