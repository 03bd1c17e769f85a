/** @file One entry of the compile cache as a file: a line of JSON that describes it, then the compiled program. */
import { z } from "zod";
import type { MachineKey } from "../../support/machine-key.js";

const MAGIC = "stablegriffin-program";

const headerSchema = z.strictObject({
  magic: z.literal(MAGIC),
  key: z.string(),
  bytes: z.int().nonnegative(),
  /** Of key and program, under the key of the machine that compiled it. */
  code: z.string(),
  plugin: z.string(),
});

const PURPOSE = "compile cache entry 1";

/** The bytes of an entry's file, signed by the machine. */
export function encodeEntry(
  machine: MachineKey,
  key: string,
  plugin: string,
  program: Uint8Array,
): Uint8Array {
  const header: z.infer<typeof headerSchema> = {
    magic: MAGIC,
    key,
    bytes: program.length,
    code: machine.sign(PURPOSE, [key, program]),
    plugin,
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), program]);
}

/** A compiled program, or why the file does not hold the one that was asked for. */
export type DecodedEntry = { readonly program: Uint8Array<ArrayBuffer> } | { readonly rejected: string };

/** Reads an entry's file: native code, so nothing but what this machine compiled is taken. Never throws: a bad entry is rebuilt. */
export function decodeEntry(machine: MachineKey, key: string, file: Uint8Array<ArrayBuffer>): DecodedEntry {
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
  if (!machine.verifies(PURPOSE, [key, program], header.code))
    return { rejected: "damaged, or not compiled on this machine: wrong authentication code" };
  return { program };
}
