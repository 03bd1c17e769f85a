/** @file JSON objects of files that we did not write: a repeated key is an error instead of a silent choice. */
import { endOfString, JsonError, parseJson } from "../support/json.js";

/**
 * The object in `text`.
 * @throws JsonError for malformed text, what nests too deep, anything but an object, or a key given twice in one object
 */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  const value = parseJson(text);
  const repeated = findRepeatedKey(text);
  if (repeated !== undefined) throw new JsonError(`key ${JSON.stringify(repeated)} is given twice`);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new JsonError("not a JSON object");
  return value as Record<string, unknown>;
}

/**
 * Python's json module writes numbers that JSON lacks as bare words. Outside of strings these become what transformers writes for
 * them since its version 5: `{"__float__": "Infinity"}`.
 */
export function nonFiniteAsObjects(text: string): string {
  let result = "";
  let begin = 0;
  // By hand: an expression for strings overflows its stack on one of millions of characters.
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', begin)) {
    const end = endOfString(text, at + 1) + 1;
    result += withObjects(text.slice(begin, at)) + text.slice(at, end);
    begin = end;
  }
  return result + withObjects(text.slice(begin));
}

const withObjects = (text: string): string =>
  text.replace(/-?\bInfinity\b|\bNaN\b/g, (word) => `{"__float__": "${word}"}`);

/**
 * `text` is well formed, so strings and brackets are all that must be told apart: a string before a colon is
 * a key.
 */
function findRepeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  let lastString = "";
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === "{") open.push(new Set());
    else if (mark === "}") open.pop();
    else if (mark === '"') {
      const end = endOfString(text, at + 1);
      lastString = text.slice(at, end + 1);
      at = end;
    } else if (mark === ":") {
      const key = JSON.parse(lastString) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
