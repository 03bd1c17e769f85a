/**
 * @file JSON text that may come from anybody: how deep it nests is looked at before it is parsed, since what reads values calls itself for each
 * level; and how many values it has, since an empty array takes two bytes there and thirty in memory.
 */

/** Levels of arrays and objects. Files of models and programs have some ten. */
const DEEPEST = 200;

/** Values of a text. The largest tokenizers have two millions, a model of ten thousand tensors a tenth of one. */
const MOST_VALUES = 2 ** 23;

/** Thrown text says what is wrong; the caller adds the file. */
export class JsonError extends Error {}

/** The value of a JSON text. @throws JsonError for what is none, and for one that nests too deep or has too many values */
export function parseJson(text: string, mostValues = MOST_VALUES): unknown {
  const problem = boundsProblem(text, mostValues);
  if (problem !== undefined) throw new JsonError(problem);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonError(error instanceof Error ? error.message : String(error));
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const COMMA = 0x2c;
const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b;
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d;

/** Where a text first nests too deep, or has too many values; what stands in strings is text. */
function boundsProblem(text: string, mostValues: number): string | undefined {
  let [depth, values] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (isOpening(code)) depth++;
    else if (isClosing(code)) depth--;
    if (depth > DEEPEST) return `nested more than ${DEEPEST} deep at position ${at}`;
    if ((code === COMMA || isOpening(code)) && ++values > mostValues)
      return `more than ${mostValues} values at position ${at}`;
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
