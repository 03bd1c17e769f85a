/** @file JSON text that may come from anybody: how deep it nests is looked at before it is parsed, since what reads values calls itself for each level. */

/** Levels of arrays and objects. Files of models and programs have some ten. */
const DEEPEST = 200;

/** Thrown text says what is wrong; the caller adds the file. */
export class JsonError extends Error {}

/** The value of a JSON text. @throws JsonError for what is none, and for one that nests too deep */
export function parseJson(text: string): unknown {
  const at = tooDeepAt(text);
  if (at !== undefined) throw new JsonError(`nested more than ${DEEPEST} deep at position ${at}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonError(error instanceof Error ? error.message : String(error));
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b;
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d;

/** Where a text first nests too deep; brackets in strings are text. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (isOpening(code)) depth++;
    else if (isClosing(code)) depth--;
    if (depth > DEEPEST) return at;
  }
  return undefined;
}

/** Where the string ends whose characters begin at `at`: its quote, or the end of the text. */
export function endOfString(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}
