/** @file Arithmetic of axes: parts of an axis by where they begin and end, lists of them with axes taken off and put on. */
import type { AxisRef, Mesh } from "./attributes.js";

/** An axis as it is written: `"x"`, `"x":(2)4`. */
export const showAxis = ({ name, subAxis }: AxisRef): string =>
  subAxis === undefined ? `"${name}"` : `"${name}":(${subAxis.preSize})${subAxis.size}`;

/** A list of axes as it is written. */
export const showAxes = (axes: readonly AxisRef[]): string => `{${axes.map(showAxis).join(", ")}}`;

/** An axis of a mesh: which one it is, and how many devices lie along it. */
interface AxisPlace {
  readonly place: number;
  readonly size: bigint;
}

const byMesh = new WeakMap<Mesh, ReadonlyMap<string, AxisPlace>>();

/** The axes of a mesh by name; of those with one name, which no valid mesh has, the first. */
export function axesOf(mesh: Mesh): ReadonlyMap<string, AxisPlace> {
  const known = byMesh.get(mesh);
  if (known !== undefined) return known;
  const axes = new Map<string, AxisPlace>();
  for (const [place, { name, size }] of mesh.axes.entries())
    if (!axes.has(name)) axes.set(name, { place, size });
  byMesh.set(mesh, axes);
  return axes;
}

/** How many devices lie along an axis of a mesh, which has it. */
const wholeSize = (mesh: Mesh, { name }: AxisRef): bigint => axesOf(mesh).get(name)!.size;

/** The product of the sizes before an axis or a part of one. */
const beginOf = ({ subAxis }: AxisRef): bigint => subAxis?.preSize ?? 1n;

/** The same with its own size. */
const endOf = (mesh: Mesh, axis: AxisRef): bigint =>
  axis.subAxis === undefined ? wholeSize(mesh, axis) : axis.subAxis.preSize * axis.subAxis.size;

/** How many devices lie along an axis or a part of one. */
const sizeOf = (mesh: Mesh, axis: AxisRef): bigint => axis.subAxis?.size ?? wholeSize(mesh, axis);

/** How many parts axes cut a dimension into. */
export const shardsOf = (mesh: Mesh, axes: readonly AxisRef[]): bigint =>
  axes.reduce((product, axis) => product * sizeOf(mesh, axis), 1n);

/** A part of an axis, or the axis when that is all of it. */
function partOf(mesh: Mesh, name: string, preSize: bigint, size: bigint): AxisRef {
  const whole: AxisRef = { kind: "axis_ref", name };
  if (preSize === 1n && size === wholeSize(mesh, whole)) return whole;
  return { ...whole, subAxis: { kind: "sub_axis_info", preSize, size } };
}

/** Whether two lists have the same axes in the same order. */
export const sameAxes = (a: readonly AxisRef[], b: readonly AxisRef[]): boolean =>
  showAxes(a) === showAxes(b);

/** Whether two axes share devices' coordinates. */
export function overlap(mesh: Mesh, a: AxisRef, b: AxisRef): boolean {
  if (a.name !== b.name) return false;
  if (a.subAxis === undefined || b.subAxis === undefined) return true;
  return beginOf(a) < endOf(mesh, b) && beginOf(b) < endOf(mesh, a);
}

/** The axes without `taken`, which must be their end; undefined when they are not. */
export function withoutEnd(
  mesh: Mesh,
  axes: readonly AxisRef[],
  taken: AxisRef,
): readonly AxisRef[] | undefined {
  const last = axes.at(-1);
  if (last?.name !== taken.name || endOf(mesh, last) !== endOf(mesh, taken)) return undefined;
  const [from, to] = [beginOf(last), beginOf(taken)];
  if (to < from || to % from !== 0n) return undefined;
  const rest = axes.slice(0, -1);
  return to === from ? rest : [...rest, partOf(mesh, last.name, from, to / from)];
}

/** The axes and one more; a part that follows its neighbour becomes one with it. */
export function withAxis(mesh: Mesh, axes: readonly AxisRef[], added: AxisRef): readonly AxisRef[] {
  const last = axes.at(-1);
  const follows =
    last?.name === added.name &&
    last.subAxis !== undefined &&
    added.subAxis !== undefined &&
    endOf(mesh, last) === beginOf(added);
  if (!follows) return [...axes, added];
  const size = sizeOf(mesh, last) * sizeOf(mesh, added);
  return [...axes.slice(0, -1), partOf(mesh, added.name, beginOf(last), size)];
}

/** Axes in the order of the mesh, parts that follow each other as one. */
export function inMeshOrder(mesh: Mesh, axes: readonly AxisRef[]): readonly AxisRef[] {
  const known = axesOf(mesh);
  const place = ({ name }: AxisRef): number => known.get(name)?.place ?? -1;
  const sorted = [...axes].sort((a, b) => place(a) - place(b) || Number(beginOf(a) - beginOf(b)));
  const merged: AxisRef[] = [];
  for (const axis of sorted) merged.push(...withAxis(mesh, merged.splice(-1), axis));
  return merged;
}

/** What of `axes` is in none of `others`. */
export function axesBeyond(
  mesh: Mesh,
  axes: readonly AxisRef[],
  others: readonly AxisRef[],
): readonly AxisRef[] {
  return axes.flatMap((axis) => {
    const cuts = [axis, ...others.filter(({ name }) => name === axis.name)]
      .flatMap((each) => [beginOf(each), endOf(mesh, each)])
      .filter((cut) => cut >= beginOf(axis) && cut <= endOf(mesh, axis));
    const sorted = [...new Set(cuts)].sort((a, b) => Number(a - b));
    return sorted
      .slice(1)
      .map((end, i) => partOf(mesh, axis.name, sorted[i]!, end / sorted[i]!))
      .filter((part) => others.every((other) => !overlap(mesh, part, other)));
  });
}
