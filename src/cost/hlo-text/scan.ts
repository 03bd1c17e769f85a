/** @file Reading HLO text by its brackets and commas; what stands in quotes is none. */

const OPENING = "({[";
const CLOSING = ")}]";

/** Where the string that begins at `start` ends: the position after its closing quote. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

/** Where the bracket at `start` is closed: the position after its other half, or the text's end. */
export function endOfBracket(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') i = endOfString(text, i) - 1;
    else if (OPENING.includes(character)) depth++;
    else if (CLOSING.includes(character) && --depth === 0) return i + 1;
  }
  return text.length;
}

/** Parts between commas that stand in no bracket; trimmed, none for an empty text. */
export function splitList(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') i = endOfString(text, i) - 1;
    else if (OPENING.includes(character)) i = endOfBracket(text, i) - 1;
    else if (character === ",") {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === "" ? parts : [...parts, last];
}

/** `a=1, b={x}` by name; what has no `=` is left out. */
export function readAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const part of splitList(text)) {
    const equals = part.indexOf("=");
    if (equals > 0) attributes.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  return attributes;
}

/** Without its quotes and escapes; a text without quotes as it is. */
export function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  return text
    .slice(1, -1)
    .replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
}

/** `{1,0}` or `1,0`. */
export const readNumbers = (text: string): readonly number[] => (text.match(/-?\d+/g) ?? []).map(Number);
