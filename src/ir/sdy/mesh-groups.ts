/** @file Replica groups that the axes of a mesh make: StableHLO's own attributes of meshes and axes, as Shardy's. */
import type { Attribute } from "../attribute.js";
import { integerAt } from "../elements.js";
import { type Violation, violation } from "../errors.js";
import type { Operation } from "../operation.js";
import { elementCount } from "../types.js";
import type { AxisRef, Mesh, MeshAxis } from "./attributes.js";

/** `#stablehlo.replica_group_mesh_axes<mesh = .., axes = [..]>`. */
export interface MeshGroups {
  readonly mesh: Attribute;
  readonly axes: readonly Attribute[];
}

/** The groups of a collective, where a mesh makes them. */
export function meshGroupsOf({ attributes }: Operation): MeshGroups | undefined {
  const { replica_groups: groups } = attributes as { readonly replica_groups?: object };
  return groups !== undefined && "mesh" in groups ? (groups as MeshGroups) : undefined;
}

/** The fields of a struct of StableHLO; undefined for any other attribute. */
function fieldsOf(
  attribute: Attribute | undefined,
  name: string,
): ReadonlyMap<string, Attribute> | undefined {
  const isIt = attribute?.kind === "struct" && attribute.dialect === "stablehlo" && attribute.name === name;
  return isIt ? attribute.fields : undefined;
}

const textOf = (attribute: Attribute | undefined): string =>
  attribute?.kind === "string" ? attribute.value : "";
const numberOf = (attribute: Attribute | undefined): bigint =>
  attribute?.kind === "integer" ? attribute.value : 0n;

/** `#stablehlo.axis_ref<name = "x", sub_axis_info = (1)2>`; undefined for any other attribute. */
export function axisOf(attribute: Attribute): AxisRef | undefined {
  const fields = fieldsOf(attribute, "axis_ref");
  if (fields === undefined) return undefined;
  const name = textOf(fields.get("name"));
  const part = fieldsOf(fields.get("sub_axis_info"), "sub_axis_info");
  if (part === undefined) return { kind: "axis_ref", name };
  const [preSize, size] = [numberOf(part.get("pre_size")), numberOf(part.get("size"))];
  return { kind: "axis_ref", name, subAxis: { kind: "sub_axis_info", preSize, size } };
}

/** `#stablehlo.mesh<axes=[..], device_ids=dense<..>>`; undefined for any other attribute. */
export function meshOfStablehlo(attribute: Attribute): Mesh | undefined {
  const fields = fieldsOf(attribute, "mesh");
  if (fields === undefined) return undefined;
  const [axes, ids] = [fields.get("axes"), fields.get("device_ids")];
  const items = axes?.kind === "array" ? axes.items : [];
  const value = ids?.kind === "elements" ? ids.value : undefined;
  const count = value === undefined ? 0 : elementCount(value.type.shape);
  return {
    kind: "mesh",
    axes: items.map((item): MeshAxis => {
      const axis = fieldsOf(item, "mesh_axis");
      return { kind: "mesh_axis", name: textOf(axis?.get("name")), size: numberOf(axis?.get("size")) };
    }),
    deviceIds: Array.from({ length: count }, (_, i) => BigInt(integerAt(value!, i))),
  };
}

/** What is wrong with groups by themselves, as StableHLO says: of a mesh that is elsewhere it asks nothing of the axes. */
export function meshGroupsProblem({ mesh, axes }: MeshGroups): Violation | undefined {
  if (mesh.kind === "symbol" && mesh.path.length === 1) return undefined;
  const own = meshOfStablehlo(mesh);
  if (own === undefined)
    return violation("replica_groups_mesh", "the mesh of replica_groups must be a symbol or #stablehlo.mesh");
  for (const item of axes) {
    const axis = axisOf(item);
    if (axis === undefined)
      return violation("replica_groups_axes", "axes of replica_groups must be of #stablehlo.axis_ref");
    if (own.axes.every(({ name }) => name !== axis.name))
      return violation("replica_groups_axes", `the mesh of replica_groups has no axis "${axis.name}"`);
  }
  return undefined;
}
