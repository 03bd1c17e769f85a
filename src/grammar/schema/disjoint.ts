/** @file Whether one value may be of two schemas at once. */
import { isObject, resolve, type SchemaNode, schemaNode, type TypeName } from "./node.js";

const ALL_TYPES: readonly TypeName[] = ["null", "boolean", "number", "string", "array", "object"];

/** References that are followed until it is said that two schemas may have a value in common. */
const MOST_STEPS = 20;

/**
 * Whether it is certain that no value is of both: their types differ, the values that they list do, or a property that both require does, or
 * one requires a property that the other refuses.
 */
export function areDisjoint(root: unknown, a: unknown, b: unknown, steps = MOST_STEPS): boolean {
  if (a === false || b === false) return true;
  if (steps === 0) return false;
  const alternatives = (schema: unknown): readonly unknown[] | undefined => {
    if (!isObject(schema)) return undefined;
    const { $ref, anyOf, oneOf } = schemaNode(schema, "#");
    return $ref === undefined ? (anyOf ?? oneOf) : [resolve(root, $ref, "#")];
  };
  const [several, others] = [alternatives(a), alternatives(b)];
  if (several !== undefined) return several.every((each) => areDisjoint(root, each, b, steps - 1));
  if (others !== undefined) return others.every((each) => areDisjoint(root, a, each, steps - 1));
  const [left, right] = [schemaNode(a, "#"), schemaNode(b, "#")];
  const [values, otherValues] = [valuesOf(left), valuesOf(right)];
  if (values !== undefined && otherValues !== undefined) {
    const texts = new Set(values.map((value) => JSON.stringify(value)));
    return !otherValues.some((value) => texts.has(JSON.stringify(value)));
  }
  const types = new Set(typesOf(left));
  const shared = typesOf(right).filter((type) => types.has(type));
  if (shared.length === 0) return true;
  return shared.every((type) => type === "object") && haveDisjointProperties(root, left, right, steps - 1);
}

function valuesOf(node: SchemaNode): readonly unknown[] | undefined {
  if (node.const !== undefined) return [node.const];
  return node.enum;
}

/** An integer is a number. */
function typesOf(node: SchemaNode): readonly TypeName[] {
  const values = valuesOf(node);
  if (values !== undefined) return values.map(typeOf);
  if (node.type === undefined) return ALL_TYPES;
  return [node.type].flat().map((type) => (type === "integer" ? "number" : type));
}

/** The type of a value of JSON. */
export function typeOf(value: unknown): TypeName {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as TypeName;
}

function haveDisjointProperties(root: unknown, a: SchemaNode, b: SchemaNode, steps: number): boolean {
  const refuses = ({ additionalProperties, properties = {} }: SchemaNode, name: string): boolean =>
    additionalProperties === false && !Object.hasOwn(properties, name);
  const [required, others] = [a.required ?? [], b.required ?? []];
  if (required.some((name) => refuses(b, name)) || others.some((name) => refuses(a, name))) return true;
  // What one of them requires is there; of the other it is enough that it is of its schema where it is there.
  return [...required, ...others].some((name) => {
    const [left, right] = [a.properties?.[name], b.properties?.[name]];
    return left !== undefined && right !== undefined && areDisjoint(root, left, right, steps);
  });
}
