/** @file Names of properties: those that a schema names, and what others are to be. */
import { checkAlone, partOf, schemaError, type SchemaNode, schemaNode } from "./node.js";

/** What names of properties are to be. @throws UsageError for more than a string's keywords */
export function propertyNames({ propertyNames: schema }: SchemaNode, path: string): SchemaNode {
  if (schema === undefined || schema === true) return {};
  const place = partOf(path, "propertyNames");
  const node = schemaNode(schema, place);
  const texts = ["type", "enum", "const", "minLength", "maxLength", "pattern", "format"];
  checkAlone(node, "propertyNames", place, texts);
  if (node.type !== undefined && ![node.type].flat().includes("string")) {
    throw schemaError(place, { message: "names of properties are strings", got: JSON.stringify(node.type) });
  }
  return node;
}

/**
 * The names of properties that a schema names and allows: its own, those that it lists, those that it requires.
 * @param listed the list of its `propertyNames`
 * @throws UsageError for one that it requires and refuses
 */
export function namedProperties(
  node: SchemaNode,
  listed: readonly string[] | undefined,
  path: string,
): readonly string[] {
  const { properties = {}, required = [], additionalProperties } = node;
  const names = [...new Set([...Object.keys(properties), ...(listed ?? []), ...required])];
  const isRefused = (name: string): boolean =>
    (listed !== undefined && !listed.includes(name)) ||
    (additionalProperties === false && !Object.hasOwn(properties, name));
  const refused = required.find(isRefused);
  if (refused !== undefined) {
    throw schemaError(path, {
      message: `the schema requires the property ${JSON.stringify(refused)}, which it refuses`,
      expected: "a name among its properties, or additionalProperties that allow it",
    });
  }
  if (
    names.length > 0 &&
    ![undefined, true].includes(node.propertyNames as true | undefined) &&
    listed === undefined
  ) {
    throw schemaError(path, {
      message: "the schema has propertyNames beside properties that it names",
      expected: "propertyNames with a list of names, or alone",
    });
  }
  return names.filter((name) => !isRefused(name));
}
