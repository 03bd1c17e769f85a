/**
 * @file JSON text from files we did not write: `JSON.parse`, but a repeated key is an error instead of a
 * silent choice.
 */

/** Thrown text says what is wrong and where; the caller adds the file. */
export class JsonError extends Error {}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonError(error instanceof Error ? error.message : String(error));
  }
  const repeated = findRepeatedKey(text);
  if (repeated !== undefined) throw new JsonError(`key ${JSON.stringify(repeated)} is given twice`);
  return value;
}

/**
 * The object in `text`. Throws JsonError for malformed text, anything but an object, or a key given twice
 * in one object.
 */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new JsonError("not a JSON object");
  }
  return value as Record<string, unknown>;
}

/**
 * Python's json module writes numbers that JSON lacks as bare words. Outside of strings these become what transformers writes for
 * them since its version 5: `{"__float__": "Infinity"}`.
 */
export const nonFiniteAsObjects = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
    token.startsWith('"') ? token : `{"__float__": "${token}"}`,
  );

/**
 * `text` is well formed, so strings and brackets are all that must be told apart: a string before a colon is
 * a key.
 */
function findRepeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  let lastString = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]+|\\.)*"|[{}:]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token !== ":") lastString = token;
    else {
      const key = JSON.parse(lastString) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
