/** @file Strings as bytes; those that are no UTF-8 come back as they were (see text/strings.ts). */
import { encodeBytes } from "../text/strings.js";

export { decodeBytes as decodeText } from "../text/strings.js";

const encoder = new TextEncoder();

/** The bytes of a string. */
export const encodeText = (text: string): Uint8Array =>
  /[\udc80-\udcff]/u.test(text) ? encodeBytes(text) : encoder.encode(text);
