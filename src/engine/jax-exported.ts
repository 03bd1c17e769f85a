/**
 * @file Files that `jax.export.Exported.serialize()` writes: a flatbuffer of what JAX wants to know again (trees of arguments, shardings,
 * calling conventions), in which the StableHLO artifact is one field.
 */
import { UsageError } from "../support/errors.js";

/** How a portable artifact begins. */
const artifactMagic = [0x4d, 0x4c, 0xef, 0x52];

/**
 * Where the StableHLO artifact lies in a file of `jax.export.Exported`, undefined for any other bytes. The root table of a flatbuffer begins
 * at the offset in its first four bytes and points back to a list of the offsets of its fields; the artifact is a field that is a list of
 * bytes.
 */
export function artifactInExported(
  bytes: Uint8Array,
): { readonly at: number; readonly length: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const has = (at: number, length: number): boolean => at >= 0 && length >= 0 && at + length <= bytes.length;
  if (!has(0, 4)) return undefined;
  const root = view.getUint32(0, true);
  if (!has(root, 4)) return undefined;
  const fields = root - view.getInt32(root, true);
  if (!has(fields, 4) || !has(fields, view.getUint16(fields, true))) return undefined;
  const end = fields + view.getUint16(fields, true);
  for (let slot = fields + 4; slot + 2 <= end; slot += 2) {
    const field = root + view.getUint16(slot, true);
    if (field === root || !has(field, 4)) continue;
    const list = field + view.getUint32(field, true);
    if (!has(list, 8)) continue;
    const [at, length] = [list + 4, view.getUint32(list, true)];
    if (has(at, length) && artifactMagic.every((byte, i) => bytes[at + i] === byte)) return { at, length };
  }
  return undefined;
}

/** Complains about a file of `jax.export.Exported`, and says how to get the program out of it. @throws UsageError */
export function refuseExported(bytes: Uint8Array, file: string): void {
  const artifact = artifactInExported(bytes);
  if (artifact === undefined) return;
  throw new UsageError({
    message: `${file} is a jax.export.Exported, whose program is only a part of it`,
    expected: "StableHLO text, or a portable artifact",
    got: `a flatbuffer of ${bytes.length} bytes with a StableHLO artifact of ${artifact.length} bytes inside, at byte ${artifact.at}`,
    hint: `write what is inside to a file, in Python: jax.export.deserialize(bytearray(open("${file}", "rb").read())).mlir_module_serialized`,
  });
}
