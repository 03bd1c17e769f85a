/** @file Bytes as text. What is no UTF-8 is told: replaced by U+FFFD it would be another text. */
import { UsageError } from "./errors.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param where the bytes come from, for messages @throws UsageError for bytes that are no UTF-8, with the first of them */
export function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const at = firstWrong(bytes);
    throw new UsageError({
      message: `${where} is not UTF-8`,
      expected: "text in UTF-8",
      got: `byte 0x${bytes[at]!.toString(16).padStart(2, "0")} at offset ${at}`,
      hint: "iconv -f LATIN1 -t UTF-8 converts Latin-1, iconv -l lists others",
      cause,
    });
  }
}

/** Offset of the first byte that belongs to no character: where a lenient reading puts a U+FFFD that is not there. */
function firstWrong(bytes: Uint8Array): number {
  let at = 0;
  for (const character of new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) {
    const isThere = bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
    if (character === "\uFFFD" && !isThere) break;
    at += Buffer.byteLength(character);
  }
  return at;
}

/** Bytes of a character by its first one, in valid UTF-8. */
export const characterBytes = (first: number): number =>
  first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
