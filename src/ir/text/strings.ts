/**
 * @file Strings and names as MLIR spells them: text is bytes there, so everything beyond printable ASCII is
 * `\HH`. Bytes that are not UTF-8 (a backend_config may hold anything) live in JS strings as U+DC80..U+DCFF
 * and come back as they were.
 */
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const isBareName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_$.]*$/.test(text);
const hexByte = (byte: number): string => `\\${byte.toString(16).toUpperCase().padStart(2, "0")}`;

function escapeCharacter(character: string): string {
  if (character === "\\") return "\\\\";
  const code = character.codePointAt(0)!;
  if (code >= 0xdc80 && code <= 0xdcff) return hexByte(code - 0xdc00);
  return [...encoder.encode(character)].map(hexByte).join("");
}

/** A quoted string: `"` is `\22`. */
export function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return `"${text.replace(/[\\"\x00-\x1f\x7f]|[^\x00-\x7f]/gu, escapeCharacter)}"`;
}

/** Bytes as a string: UTF-8 where it is valid. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join("");
  }
}

/** The UTF-8 bytes of a string, with bytes that are no UTF-8 as they came. */
export function encodeBytes(text: string): Uint8Array {
  if (!/[\ud800-\udfff]/.test(text)) return encoder.encode(text);
  const parts = [...text].map((character) => {
    const code = character.codePointAt(0)!;
    return code >= 0xdc80 && code <= 0xdcff ? Uint8Array.of(code - 0xdc00) : encoder.encode(character);
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { '"': 34, "\\": 92, n: 10, t: 9 };

/** The value of a quoted string, whose escapes the lexer has checked. */
export function unquote(token: string): string {
  const body = token.slice(1, -1);
  if (!body.includes("\\")) return body;
  // A character is three bytes at most, and an escape one: an array of numbers would take eight for each.
  const bytes = new Uint8Array(3 * body.length);
  let count = 0;
  for (let at = 0; at < body.length; ) {
    const mark = body.indexOf("\\", at);
    const end = mark < 0 ? body.length : mark;
    const plain = encodeBytes(body.slice(at, end));
    bytes.set(plain, count);
    count += plain.length;
    if (mark < 0) break;
    const simple = SIMPLE_ESCAPES[body[mark + 1]!];
    bytes[count++] = simple ?? Number.parseInt(body.slice(mark + 1, mark + 3), 16);
    at = mark + (simple === undefined ? 3 : 2);
  }
  return decodeBytes(bytes.subarray(0, count));
}

/** An attribute name: bare where it can be. */
export const formatKey = (key: string): string => (isBareName(key) ? key : quote(key));

/** `@name`, `@"odd name"`, `@outer::@inner`. */
export const formatSymbol = (path: readonly string[]): string =>
  path.map((name) => `@${isBareName(name) ? name : quote(name)}`).join("::");
