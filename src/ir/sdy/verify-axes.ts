/** @file Meshes, and lists of axes against a mesh. */
import { type Violation, violation } from "../errors.js";
import type { AxisRef, Mesh } from "./attributes.js";
import { groupBy } from "../../support/group-by.js";
import { axesOf, showAxis as show } from "./axes.js";

/** What is wrong with a mesh. */
export function meshProblem({ axes, deviceIds }: Mesh): Violation | undefined {
  const names = axes.map(({ name }) => name);
  const seen = new Set<string>();
  const repeated = names.find((name) => seen.size === seen.add(name).size);
  if (repeated !== undefined) return violation("mesh_axes", `the mesh has two axes "${repeated}"`);
  const small = axes.find(({ size }) => size < 1n);
  if (small !== undefined)
    return violation("mesh_axes", `axis "${small.name}" must have a size of at least 1`);
  if (deviceIds.length === 0) return undefined;
  if (deviceIds.some((id) => id < 0n)) return violation("mesh_devices", "a device id cannot be negative");
  const devices = axes.reduce((product, { size }) => product * size, 1n);
  if (devices !== BigInt(deviceIds.length))
    return violation("mesh_devices", `${deviceIds.length} device ids stand for ${devices} devices`);
  if (axes.length === 0) return undefined;
  const isWhole = new Set(deviceIds).size === deviceIds.length && deviceIds.every((id) => id < devices);
  return isWhole
    ? undefined
    : violation("mesh_devices", `device ids must be the numbers below ${devices}, each once`);
}

/** Where an axis ends: the product of the sizes up to it and its own. */
const endOf = ({ subAxis }: AxisRef): bigint | undefined =>
  subAxis === undefined ? undefined : subAxis.preSize * subAxis.size;

const partOrder = (a: AxisRef, b: AxisRef): number => {
  const [x, y] = [a.subAxis!, b.subAxis!];
  return x.preSize !== y.preSize ? Number(x.preSize - y.preSize) : Number(x.size - y.size);
};

/** Two parts that follow each other are one. */
const canMerge = (a: AxisRef | undefined, b: AxisRef): boolean =>
  a !== undefined && a.name === b.name && endOf(a) !== undefined && endOf(a) === b.subAxis?.preSize;

/** Axes in any order, or in that of the mesh. */
type AxisList = readonly AxisRef[] | { readonly sorted: string; readonly axes: readonly AxisRef[] };

/** What is wrong with lists of axes of one mesh, taken together. */
export function axesProblem(mesh: Mesh, lists: readonly AxisList[]): Violation | undefined {
  const seen = new Set<string>();
  const known = axesOf(mesh);
  const used: AxisRef[] = [];
  for (const list of lists) {
    const isSortedList = "sorted" in list;
    const axes = isSortedList ? list.axes : list;
    if (isSortedList && !isSorted(mesh, axes))
      return violation("axes_order", `${list.sorted} axes must stand in the order of the mesh`);
    for (const [i, axis] of axes.entries()) {
      if (!known.has(axis.name)) return violation("axis_unknown", `the mesh has no axis "${axis.name}"`);
      if (seen.has(show(axis))) return violation("axis_repeated", `axis ${show(axis)} is used twice`);
      if (canMerge(axes[i - 1], axis))
        return violation("axes_merge", `${show(axes[i - 1]!)} and ${show(axis)} are one part of their axis`);
      seen.add(show(axis));
      used.push(axis);
    }
  }
  const byPlace = [...groupBy(used, ({ name }) => name)]
    .map(([name, uses]) => ({ uses, ...known.get(name)! }))
    .sort((a, b) => a.place - b.place);
  for (const { uses, size } of byPlace) {
    const wrong = partsProblem(uses, size);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Whether axes stand in the order of a mesh, parts of one axis from major to minor and before the whole. */
function isSorted(mesh: Mesh, axes: readonly AxisRef[]): boolean {
  const known = axesOf(mesh);
  const place = ({ name }: AxisRef): number => known.get(name)?.place ?? -1;
  return axes.every((axis, i) => {
    const before = axes[i - 1];
    if (before === undefined || before.name !== axis.name)
      return before === undefined || place(before) <= place(axis);
    if (before.subAxis === undefined) return axis.subAxis === undefined;
    return axis.subAxis === undefined || partOrder(before, axis) <= 0;
  });
}

/** What is wrong with the uses of one axis. */
function partsProblem(uses: readonly AxisRef[], size: bigint): Violation | undefined {
  const parts = uses.filter(({ subAxis }) => subAxis !== undefined).sort(partOrder);
  if (parts.length > 0 && parts.length < uses.length)
    return violation("axis_overlap", `axis "${parts[0]!.name}" is used whole and in parts`);
  for (const [i, part] of parts.entries()) {
    const { preSize, size: own } = part.subAxis!;
    if (preSize < 1n || own <= 1n)
      return violation("sub_axis", `${show(part)} must begin after at least 1 and be larger than 1`);
    if (size % (preSize * own) !== 0n)
      return violation("sub_axis", `${show(part)} does not divide its axis, whose size is ${size}`);
    if (own === size) return violation("sub_axis", `${show(part)} is the whole of its axis`);
    const before = parts[i - 1];
    if (before !== undefined && endOf(before)! > preSize)
      return violation("axis_overlap", `${show(before)} and ${show(part)} overlap`);
  }
  return undefined;
}
