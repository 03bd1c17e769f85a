/**
 * @file StableHLO's attributes of meshes (axes, parts of axes, meshes) and of bounds from text. Where one holds another, that may be
 * written with its own name, or be an alias.
 */
import { type Attribute, type AttributeDictionary, integerAttribute, stringAttribute } from "../attribute.js";
import { scalarType } from "../types.js";
import { unbounded } from "./print-mesh.js";
import { type ParseContext, parseBigInt, parseString } from "./context.js";
import { parseAttribute, parseIntegerField } from "./parse-attributes.js";

type Struct = Extract<Attribute, { kind: "struct" }>;
type Fields = Map<string, Attribute>;
type FieldParsers = Readonly<Record<string, (context: ParseContext) => Attribute>>;

const i64 = scalarType("i64");
const integer = (value: bigint): Attribute => integerAttribute(value, i64);
const string = (context: ParseContext): Attribute => stringAttribute(parseString(context));

/** `<name = "x", size = 2>`: fields in any order. */
function parseFields(context: ParseContext, struct: string, parsers: FieldParsers): Fields {
  const { cursor } = context;
  const open = cursor.start;
  const fields: Fields = new Map();
  context.list("<", ">", () => {
    const at = cursor.start;
    const name = cursor.expect("name", "of a field");
    if (!Object.hasOwn(parsers, name)) cursor.fail(`${struct} has no field ${name}`, at);
    if (fields.has(name)) cursor.fail(`field ${name} is given twice`, at);
    cursor.expect("=");
    fields.set(name, parsers[name]!(context));
  });
  const missing = required[struct]!.find((name) => !fields.has(name));
  if (missing !== undefined) cursor.fail(`${struct} lacks its field ${missing}`, open);
  return new Map(
    Object.keys(parsers).flatMap((name) => (fields.has(name) ? [[name, fields.get(name)!]] : [])),
  );
}

const required: Readonly<Record<string, readonly string[]>> = {
  axis_ref: ["name"],
  mesh_axis: ["name", "size"],
  mesh: ["axes"],
  type_extensions: ["bounds"],
};

/** A struct that stands in another: its body, its whole, or an alias. */
function parseNested(context: ParseContext, name: string): Attribute {
  const { cursor } = context;
  if (cursor.kind !== "attribute") return struct(name, bodies[name]!(context));
  const at = cursor.start;
  const attribute = parseAttribute(context);
  if (attribute.kind === "struct" && attribute.dialect === "stablehlo" && attribute.name === name)
    return attribute;
  return cursor.fail(`expected an attribute #stablehlo.${name}`, at);
}

/** `?` or a size. */
const parseBound = (context: ParseContext): Attribute =>
  context.cursor.accept("?") ? integer(unbounded) : parseIntegerField(context);

/** The axes of a mesh, one or more. */
function parseAxes(context: ParseContext): Attribute {
  const at = context.cursor.start;
  const items = context.list("[", "]", () => parseNested(context, "mesh_axis"));
  return items.length > 0 ? { kind: "array", items } : context.cursor.fail("a mesh has one axis or more", at);
}

const bodies: Readonly<Record<string, (context: ParseContext) => Fields>> = {
  sub_axis_info(context) {
    context.cursor.expect("(");
    const before = parseBigInt(context);
    context.cursor.expect(")");
    return new Map([
      ["pre_size", integer(before)],
      ["size", integer(parseBigInt(context))],
    ]);
  },
  axis_ref: (context) =>
    parseFields(context, "axis_ref", {
      name: string,
      sub_axis_info: (inner) => parseNested(inner, "sub_axis_info"),
    }),
  mesh_axis: (context) => parseFields(context, "mesh_axis", { name: string, size: parseIntegerField }),
  mesh: (context) =>
    parseFields(context, "mesh", {
      axes: parseAxes,
      device_ids: parseAttribute,
    }),
  bounds: (context) =>
    new Map([["bounds", { kind: "array", items: context.list("<", ">", () => parseBound(context)) }]]),
  type_extensions: (context) =>
    parseFields(context, "type_extensions", {
      bounds: (inner) => ({ kind: "array", items: inner.list("[", "]", () => parseBound(inner)) }),
    }),
};

const struct = (name: string, fields: AttributeDictionary): Struct => ({
  kind: "struct",
  dialect: "stablehlo",
  name: name === "bounds" ? "type_extensions" : name,
  fields,
});

/** The attribute `#stablehlo.NAME` whose name the cursor is at, when it is one of these; else undefined, with nothing taken. */
export function parseMeshAttribute(context: ParseContext, name: string): Struct | undefined {
  if (!Object.hasOwn(bodies, name)) return undefined;
  context.cursor.advance();
  return struct(name, bodies[name]!(context));
}
