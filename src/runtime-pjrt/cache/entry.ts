/** @file One entry of the compile cache as a file: a line of JSON that describes it, then the compiled program. */
import { z } from "zod";
import { sha256 } from "../../support/hash.js";

const MAGIC = "stablegriffin-program";

const headerSchema = z.strictObject({
  magic: z.literal(MAGIC),
  key: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
  plugin: z.string(),
});

/** The bytes of an entry's file. */
export function encodeEntry(key: string, plugin: string, program: Uint8Array): Uint8Array {
  const header: z.infer<typeof headerSchema> = {
    magic: MAGIC,
    key,
    bytes: program.length,
    sha256: sha256(program),
    plugin,
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), program]);
}

/** A compiled program, or why the file does not hold the one that was asked for. */
export type DecodedEntry = { readonly program: Uint8Array<ArrayBuffer> } | { readonly rejected: string };

/** Reads an entry's file. Never throws: a bad entry is rebuilt. */
export function decodeEntry(key: string, file: Uint8Array<ArrayBuffer>): DecodedEntry {
  const end = file.indexOf(0x0a);
  if (end < 0) return { rejected: "no header" };
  let header: z.infer<typeof headerSchema>;
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder().decode(file.subarray(0, end))));
  } catch {
    return { rejected: "not an entry of this cache" };
  }
  if (header.key !== key) return { rejected: "made for another program, plugin or machine" };
  const program = file.slice(end + 1);
  if (program.length !== header.bytes) return { rejected: `cut: ${program.length} of ${header.bytes} bytes` };
  if (sha256(program) !== header.sha256) return { rejected: "damaged: wrong checksum" };
  return { program };
}
