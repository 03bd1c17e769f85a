/** @file JSON for people and programs: what fits on a line is on one, so that a list of tensors reads like a table. */

const LONGEST_LINE = 200;

/** The text of a JSON value, with a line end. Equal values give equal text. */
export const formatJson = (value: unknown): string => `${format(value, "")}\n`;

function format(value: unknown, indent: string): string {
  const line = onOneLine(value);
  if (typeof value !== "object" || value === null || indent.length + line.length <= LONGEST_LINE) return line;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => format(item, inner))
    : entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${format(item, inner)}`);
  return `${open}\n${items.map((item) => inner + item).join(",\n")}\n${indent}${close}`;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Undefined is absent, as in JSON.stringify. */
const entriesOf = (value: object): readonly (readonly [string, unknown])[] =>
  Object.entries(value).filter(([, item]) => item !== undefined);
