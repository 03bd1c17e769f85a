/**
 * @file The generic form: `(operands) <{properties}> ({regions}) {attributes} : (A) -> B`, in its new and its
 * old style.
 */
import type { OpDefinition } from "../ops/define.js";
import { type Entry, parseEntries } from "./parse-attributes.js";
import { parseSignature } from "./parse-types.js";
import type { FormParser, ParsedParts } from "./forms/form.js";

/** What follows the quoted name. In the old style the trailing dictionary holds the properties too. */
export function parseGeneric(
  input: FormParser,
  name: string,
  definition: OpDefinition | undefined,
): ParsedParts {
  const { cursor, context } = input;
  const operands = context.list("(", ")", () => input.use());
  if (cursor.kind === "[") cursor.fail("successor blocks are not supported");
  const properties = cursor.kind === "<" ? parseProperties(input) : [];
  const regions = cursor.kind === "(" ? context.list("(", ")", () => input.region(name)) : [];
  const entries = [...properties, ...input.optionalEntries()];
  cursor.expect(":", "and the type of the operation");
  const at = cursor.start;
  const type = parseSignature(context);
  input.checkTypes(operands, type.inputs, at);
  return { operands, regions, resultTypes: type.results, ...input.attributes(definition, entries) };
}

/** `<{..}>`. */
function parseProperties({ cursor, context }: FormParser): Entry[] {
  cursor.expect("<");
  const entries = parseEntries(context);
  cursor.expect(">", "after the properties");
  return entries;
}
