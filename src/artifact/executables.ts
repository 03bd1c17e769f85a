/** @file The stored executables that a client can load, and why it cannot load the others. */
import type { Client } from "../runtime-pjrt/index.js";
import { fingerprintDifferences, fingerprintOf } from "./fingerprint.js";
import type { Manifest } from "./manifest.js";

/** Executables by program name, and a line for each set of them that does not fit. */
export interface StoredExecutables {
  /** Path of the file in the artifact. */
  readonly files: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Looks for executables whose fingerprint is the client's. Without any stored, the plugin's library is not even hashed. */
export async function findExecutables({ compiled }: Manifest, client: Client): Promise<StoredExecutables> {
  if (compiled.length === 0) return { files: new Map(), notes: [] };
  const here = await fingerprintOf(client);
  const judged = compiled.map(({ executables, fingerprint, topology }) => ({
    files: Object.entries(executables).map(([program, { file }]) => [program, file] as const),
    differences: fingerprintDifferences(fingerprint, here),
    what: topology ?? fingerprint.platform,
  }));
  return {
    files: new Map(judged.flatMap(({ files, differences }) => (differences.length === 0 ? files : []))),
    notes: judged.flatMap(({ what, differences }) =>
      differences.length === 0
        ? []
        : [`executables stored for ${what} are not used here: ${differences.join("; ")}`],
    ),
  };
}
