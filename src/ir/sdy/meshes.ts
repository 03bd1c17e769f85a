/** @file Meshes of a module, and whether two are one. */
import type { Operation } from "../operation.js";
import { isOp } from "../ops/index.js";
import type { Mesh, TensorSharding } from "./attributes.js";

/** The meshes of a module by name. */
export type Meshes = ReadonlyMap<string, Mesh>;

/** The meshes that a module itself defines. */
export function meshesIn(module: Operation): Meshes {
  const meshes = new Map<string, Mesh>();
  for (const operation of module.regions[0]?.blocks[0] ?? [])
    if (isOp(operation, "sdy.mesh")) meshes.set(operation.attributes.sym_name, operation.attributes.mesh);
  return meshes;
}

/** The mesh of a sharding; undefined when the module does not define it. */
export const meshOf = ({ mesh }: TensorSharding, meshes: Meshes): Mesh | undefined =>
  typeof mesh === "string" ? meshes.get(mesh) : mesh;

/** Whether two meshes have the same axes in the same order. */
export const sameMeshAxes = (a: Mesh, b: Mesh): boolean =>
  a.axes.length === b.axes.length &&
  a.axes.every(({ name, size }, i) => name === b.axes[i]!.name && size === b.axes[i]!.size);

/** Whether the devices of two meshes stand in the same order. */
export const sameDevices = (a: Mesh, b: Mesh): boolean => String(a.deviceIds) === String(b.deviceIds);

export const sameMesh = (a: Mesh, b: Mesh): boolean => sameMeshAxes(a, b) && sameDevices(a, b);
