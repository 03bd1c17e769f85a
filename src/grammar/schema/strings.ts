/** @file What strings of a schema are: length, pattern and format, all at once. */
import { ALL, type CodePoints } from "../code-points.js";
import { leaf, repeat } from "../expression.js";
import { type Graph, graphOf, intersect, lengthGraph } from "../graph.js";
import { partialMatches, wholeMatches } from "../regex/index.js";
import { schemaError, type SchemaNode } from "./node.js";

const DAYS_OF_ALL_YEARS =
  "(0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8])";
/** Of those that end with 00 every fourth. */
const LEAP_YEARS = "\\d\\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00";
const DATE = `(\\d{4}-(${DAYS_OF_ALL_YEARS})|(${LEAP_YEARS})-02-29)`;
const CLOCK = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?";
const OFFSET = "(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)";
const BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

/** Formats that are held to, as regular expressions; each is a part of what the format's own document allows. */
const FORMATS: Readonly<Record<string, string>> = {
  date: DATE,
  time: `${CLOCK}${OFFSET}`,
  "date-time": `${DATE}T${CLOCK}${OFFSET}`,
  uuid: "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
  email: `[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@(${LABEL}\\.)+[A-Za-z]{2,24}`,
  ipv4: `${BYTE}(\\.${BYTE}){3}`,
};

/**
 * The texts of a string, before they are written as JSON. Lengths count characters.
 * @param alphabet the characters of patterns
 * @throws UsageError for a pattern that is not regular, a format that is not known and has no pattern beside it
 */
export function stringGraph(
  { minLength = 0, maxLength, pattern, format }: SchemaNode,
  path: string,
  alphabet: CodePoints,
): Graph {
  const parts: Graph[] = [];
  if (pattern !== undefined)
    parts.push(partialMatches(pattern, { alphabet, where: `${path}/pattern of the JSON schema` }));
  if (format !== undefined && Object.hasOwn(FORMATS, format)) parts.push(wholeMatches(FORMATS[format]!));
  else if (format !== undefined && pattern === undefined) {
    throw schemaError(path, {
      message: "the schema has a format that generation cannot hold to",
      expected: `${Object.keys(FORMATS).join(", ")}, or a pattern beside it`,
      got: format,
    });
  }
  if (minLength > 0 || maxLength !== undefined) parts.push(lengthGraph(minLength, maxLength));
  const [first = graphOf(repeat(leaf(ALL), 0)), ...others] = parts;
  return others.reduce(intersect, first);
}
