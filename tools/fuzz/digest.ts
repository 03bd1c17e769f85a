/** @file A digest of what was read. */
import { createHash } from "node:crypto";

/** Of parts with names, in this order. */
export function digestOf(parts: Iterable<readonly [string, Uint8Array]>): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of parts) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex");
}
