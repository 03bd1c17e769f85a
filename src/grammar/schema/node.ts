/** @file One schema of a JSON schema: its keywords as they are known here; any other that may rule values out is refused. */
import { z } from "zod";
import { UsageError } from "../../support/errors.js";
import { nearestName } from "../../support/suggest.js";

const typeName = z.enum(["null", "boolean", "integer", "number", "string", "array", "object"]);
export type TypeName = z.output<typeof typeName>;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const count = z.int().min(0);
const object = z.custom<Readonly<Record<string, unknown>>>(isObject, "expected an object");

const nodeSchema = z.looseObject({
  $ref: z.string().optional(),
  anyOf: z.array(z.unknown()).min(1).optional(),
  oneOf: z.array(z.unknown()).min(1).optional(),
  allOf: z.array(z.unknown()).min(1).optional(),
  type: z.union([typeName, z.array(typeName).min(1)]).optional(),
  enum: z.array(z.unknown()).min(1).optional(),
  const: z.unknown().optional(),
  properties: object.optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  propertyNames: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  items: z.custom<unknown>((value) => !Array.isArray(value), "a list of schemas is prefixItems").optional(),
  minItems: count.optional(),
  maxItems: count.optional(),
  minLength: count.optional(),
  maxLength: count.optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
});

/** Keywords of one schema. */
export type SchemaNode = z.output<typeof nodeSchema>;

/** Rule nothing out. */
const ANNOTATIONS = [
  ...["$schema", "$comment", "$defs", "definitions", "title", "description", "default", "examples"],
  ...["deprecated", "readOnly", "writeOnly"],
];

const KNOWN = Object.keys(nodeSchema.shape);

/** Keywords by the one type that they hold for. */
export const KEYWORDS_OF_TYPES: Readonly<Record<string, readonly TypeName[]>> = {
  properties: ["object"],
  required: ["object"],
  additionalProperties: ["object"],
  propertyNames: ["object"],
  prefixItems: ["array"],
  items: ["array"],
  minItems: ["array"],
  maxItems: ["array"],
  minLength: ["string"],
  maxLength: ["string"],
  pattern: ["string"],
  format: ["string"],
  minimum: ["number", "integer"],
  maximum: ["number", "integer"],
  exclusiveMinimum: ["number", "integer"],
  exclusiveMaximum: ["number", "integer"],
};

/** @param path its place in the whole schema, such as `#/properties/name` @throws UsageError */
export function schemaNode(schema: unknown, path: string): SchemaNode {
  if (schema === true) return {};
  if (!isObject(schema))
    throw schemaError(path, { message: "a schema is no object", got: JSON.stringify(schema) });
  const names = Object.keys(schema).filter((name) => !ANNOTATIONS.includes(name));
  // Within a schema it would change what its references mean.
  const unknown = names.find((name) => !KNOWN.includes(name) && !(name === "$id" && path === "#"));
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, [...KNOWN, ...ANNOTATIONS]);
    throw schemaError(path, {
      message: `the schema has a keyword that generation cannot hold to: ${unknown}`,
      expected: `${KNOWN.join(", ")}, and annotations`,
      got: JSON.stringify(schema[unknown]),
      hint:
        nearest === undefined ? "leave it out, and check what comes yourself" : `did you mean ${nearest}?`,
    });
  }
  const { data, error } = nodeSchema.safeParse(schema);
  if (data === undefined) {
    throw schemaError(path, {
      message: "a keyword of the schema has no such value",
      got: z.prettifyError(error),
    });
  }
  return data;
}

/** Refuses keywords beside one that says all. @throws UsageError */
export function checkAlone(
  node: SchemaNode,
  keyword: string,
  path: string,
  others: readonly string[] = [],
): void {
  const beside = Object.keys(node).filter(
    (name) => ![keyword, "$id", ...others, ...ANNOTATIONS].includes(name) && node[name] !== undefined,
  );
  if (beside.length === 0) return;
  throw schemaError(path, {
    message: `the schema has ${keyword} beside ${beside.join(", ")}`,
    expected: `${keyword} alone`,
    hint: "write what holds beside it into each of its alternatives",
  });
}

/** An error of a schema, with its path. */
export const schemaError = (
  path: string,
  details: {
    readonly message: string;
    readonly expected?: string;
    readonly got?: string;
    readonly hint?: string;
  },
): UsageError => new UsageError({ ...details, where: `${path} of the JSON schema` });

/** The path of a part of a schema, as a JSON pointer (RFC 6901). */
export const partOf = (path: string, ...names: readonly (string | number)[]): string =>
  [path, ...names.map((name) => String(name).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");

/** The path that a reference means (RFC 3986, section 2.1); one whose percent signs encode nothing is taken as it is. */
export function pathOf(reference: string): string {
  try {
    return decodeURI(reference);
  } catch {
    return reference;
  }
}

/** The schema that a reference within the document means. @throws UsageError when there is none */
export function resolve(root: unknown, reference: string, path: string): unknown {
  const [document, ...names] = pathOf(reference).split("/");
  let at: unknown = root;
  for (const name of names) {
    const key = name.replaceAll("~1", "/").replaceAll("~0", "~");
    const holder: unknown = at;
    at = undefined;
    if (isObject(holder) && Object.hasOwn(holder, key)) at = holder[key];
    if (Array.isArray(holder)) at = holder[Number(key)];
  }
  if (document === "#" && at !== undefined) return at;
  throw schemaError(path, {
    message: "the schema refers to what it does not have",
    expected: "a place of the same document, such as #/$defs/name",
    got: reference,
  });
}
