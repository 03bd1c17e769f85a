/** @file StableHLO's attributes of meshes and of bounds as text. */
import type { Attribute, AttributeDictionary } from "../attribute.js";
import { quote } from "./strings.js";

/** The bound of a dimension that has none. */
export const unbounded = -(2n ** 63n);

/** What follows the name of one of these attributes, others in it written by `format`; undefined for another struct. */
export function formatMeshBody(
  name: string,
  fields: AttributeDictionary,
  format: (attribute: Attribute) => string,
): string | undefined {
  switch (name) {
    case "sub_axis_info":
      return `(${number(fields, "pre_size")})${number(fields, "size")}`;
    case "axis_ref": {
      const part = fields.get("sub_axis_info");
      const rest =
        part?.kind === "struct" ? `, sub_axis_info = ${formatMeshBody(part.name, part.fields, format)}` : "";
      return `<name = ${text(fields, "name")}${rest}>`;
    }
    case "mesh_axis":
      return `<name = ${text(fields, "name")}, size = ${number(fields, "size")}>`;
    case "mesh": {
      const axes = items(fields, "axes").map((axis) =>
        axis.kind === "struct" ? formatMeshBody(axis.name, axis.fields, format) : "",
      );
      const devices = fields.get("device_ids");
      const rest = devices === undefined ? "" : `, device_ids=${format(devices)}`;
      return `<axes=[${axes.join(", ")}]${rest}>`;
    }
    case "type_extensions": {
      const bounds = items(fields, "bounds").map((bound) =>
        bound.kind === "integer" && bound.value !== unbounded ? String(bound.value) : "?",
      );
      return `<${bounds.join(", ")}>`;
    }
    default:
      return undefined;
  }
}

function number(fields: AttributeDictionary, name: string): string {
  const field = fields.get(name);
  return field?.kind === "integer" ? String(field.value) : "";
}

function text(fields: AttributeDictionary, name: string): string {
  const field = fields.get(name);
  return field?.kind === "string" ? quote(field.value) : "";
}

function items(fields: AttributeDictionary, name: string): readonly Attribute[] {
  const field = fields.get(name);
  return field?.kind === "array" ? field.items : [];
}
