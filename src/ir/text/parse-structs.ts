/**
 * @file Attributes of the stablehlo and chlo dialects that we know: enums, structs of named fields,
 * convolution dimensions.
 */
import type { Attribute } from "../attribute.js";
import { suggestion } from "../../support/suggest.js";
import { attribute, attributeArray } from "../ops/kinds.js";
import { fieldStructs } from "../ops/structs.js";
import { scalarType } from "../types.js";
import { type ParseContext, parseInteger } from "./context.js";
import { parseMeshAttribute } from "./parse-mesh.js";
import { parseAttribute, parseIntegerField } from "./parse-attributes.js";

const i64 = scalarType("i64");
const integer = (value: number): Attribute => ({ kind: "integer", value: BigInt(value), type: i64 });

/** The attribute at the cursor when it is one of ours; else undefined, with nothing taken. */
export function parseStablehloAttribute(context: ParseContext): Attribute | undefined {
  const { cursor } = context;
  const [, dialect, name] = /^#(stablehlo|chlo)(?:\.(\w+))?$/.exec(cursor.spelling) ?? [];
  if (dialect === "stablehlo" && name !== undefined) {
    const mesh = parseMeshAttribute(context, name);
    if (mesh !== undefined) return mesh;
  }
  if (dialect === undefined || cursor.text[cursor.end] !== "<") return undefined;
  if (name === undefined) return parseEnum(context, dialect);
  if (name === "result_accuracy_mode") return parseDottedEnum(context, dialect, name);
  if (name === "conv") {
    cursor.advance();
    return parseConvStruct(context, dialect);
  }
  if (fieldStructs.get(name)?.dialect !== dialect) return undefined;
  cursor.advance();
  return { kind: "struct", dialect, name, fields: parseStructBody(context, name) };
}

/** `#stablehlo<comparison_direction LT>`. */
function parseEnum(context: ParseContext, dialect: string): Attribute | undefined {
  const { cursor } = context;
  const mark = cursor.mark();
  cursor.advance();
  cursor.expect("<");
  const name = cursor.expect("name", "of an attribute");
  if (cursor.kind !== "name") {
    cursor.return(mark);
    return undefined;
  }
  const value = cursor.expect("name");
  cursor.expect(">");
  return { kind: "enum", dialect, name, value };
}

function parseDottedEnum({ cursor }: ParseContext, dialect: string, name: string): Attribute {
  cursor.advance();
  cursor.expect("<");
  const value = cursor.expect("name");
  cursor.expect(">");
  return { kind: "enum", dialect, name, value };
}

/** Fields that are any attributes, whose integers may have types. */
const keptFields: ReadonlySet<unknown> = new Set([attribute, attributeArray]);

/** `<offset_dims = [1], index_vector_dim = 1>`, in any order and with a comma at the end if it must be. */
export function parseStructBody(context: ParseContext, struct: string): Map<string, Attribute> {
  const { cursor } = context;
  const kinds = fieldStructs.get(struct)?.fields ?? {};
  const known = Object.keys(kinds);
  const fields = new Map<string, Attribute>();
  cursor.expect("<");
  while (cursor.kind !== ">") {
    const at = cursor.start;
    const name = cursor.expect("name", "of a field");
    if (!known.includes(name)) cursor.fail(`${struct} has no field ${name}`, at, suggestion(name, known));
    if (fields.has(name)) cursor.fail(`field ${name} is given twice`, at);
    cursor.expect("=");
    fields.set(name, keptFields.has(kinds[name]) ? parseAttribute(context) : parseField(context));
    if (!cursor.accept(",")) break;
  }
  if (!cursor.accept(">")) cursor.failExpected('"," or ">"');
  return new Map(known.flatMap((name) => (fields.has(name) ? [[name, fields.get(name)!]] : [])));
}

function parseField(context: ParseContext): Attribute {
  const { cursor } = context;
  if (cursor.kind === "[") return { kind: "array", items: context.list("[", "]", () => parseField(context)) };
  if (cursor.kind === "integer") return parseIntegerField(context);
  if (cursor.kind === "-" && /[0-9]/.test(cursor.following)) return parseIntegerField(context);
  return parseAttribute(context);
}

function parseConvStruct(context: ParseContext, dialect: string): Attribute {
  const { cursor } = context;
  if (cursor.following === "r") {
    cursor.expect("<");
    cursor.expectWord("raw");
    const fields = new Map<string, Attribute>();
    do {
      const name = cursor.expect("name", "of a field");
      cursor.expect("=");
      fields.set(name, parseField(context));
    } while (cursor.accept(","));
    cursor.expect(">");
    return { kind: "struct", dialect, name: "conv", fields };
  }
  cursor.expect("<");
  const fields = parseConvDimensions(context);
  cursor.expect(">");
  return { kind: "struct", dialect, name: "conv", fields };
}

/** Positions by label: `b`, `f`, `i`, `o`, and the spatial ones in order. */
interface Layout {
  readonly labelled: ReadonlyMap<string, number>;
  readonly spatial: readonly number[];
}

/** `[b, 0, 1, f]`; `?` stands for a dimension that is none of these. */
function parseLayout(context: ParseContext, labels: readonly [string, string]): Layout {
  const { cursor } = context;
  const { start } = cursor;
  const positions = new Map<string, number>();
  let next = 0;
  context.list("[", "]", () => {
    const position = next++;
    if (cursor.accept("?")) return;
    const at = cursor.start;
    const name = cursor.kind === "integer" ? String(parseInteger(context)) : cursor.expect("name");
    if (!labels.includes(name) && !/^\d+$/.test(name))
      cursor.fail(`a dimension is ${labels.join(", ")} or a number, got ${name}`, at);
    if (positions.has(name)) cursor.fail(`dimension ${name} is given twice`, at);
    positions.set(name, position);
  });
  for (const label of labels) if (!positions.has(label)) cursor.fail(`dimension ${label} is missing`, start);
  const count = positions.size - labels.length;
  const spatial = Array.from({ length: count }, (_, i) => positions.get(String(i)));
  if (spatial.includes(undefined)) cursor.fail(`spatial dimensions must be 0 to ${count - 1}`, start);
  return { labelled: positions, spatial: spatial as number[] };
}

/** `[b, 0, f]x[0, i, o]->[b, 0, f]`. */
export function parseConvDimensions(context: ParseContext): Map<string, Attribute> {
  const { cursor } = context;
  const input = parseLayout(context, ["b", "f"]);
  cursor.expectWord("x");
  const kernel = parseLayout(context, ["i", "o"]);
  cursor.expect("->");
  const output = parseLayout(context, ["b", "f"]);
  const list = ({ spatial }: Layout): Attribute => ({ kind: "array", items: spatial.map(integer) });
  const at = ({ labelled }: Layout, label: string): Attribute => integer(labelled.get(label)!);
  return new Map([
    ["input_batch_dimension", at(input, "b")],
    ["input_feature_dimension", at(input, "f")],
    ["input_spatial_dimensions", list(input)],
    ["kernel_input_feature_dimension", at(kernel, "i")],
    ["kernel_output_feature_dimension", at(kernel, "o")],
    ["kernel_spatial_dimensions", list(kernel)],
    ["output_batch_dimension", at(output, "b")],
    ["output_feature_dimension", at(output, "f")],
    ["output_spatial_dimensions", list(output)],
  ]);
}
