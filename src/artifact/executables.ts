/** @file The stored executables that a client can load, and why it cannot load the others. */
import { type Client, keyFolder } from "../runtime-pjrt/index.js";
import { findMachineKey, MachineKey, machineKey } from "../support/machine-key.js";
import { fingerprintDifferences, fingerprintOf } from "./fingerprint.js";
import type { Manifest } from "./manifest.js";
import { isSealed } from "./seal.js";
import type { OptionNames } from "../support/options.js";

/** Paths of executables in the artifact, by program name, and a line for each set of them that does not fit. */
export interface StoredExecutables {
  readonly files: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Whose executables are taken. */
export interface TrustOptions {
  /**
   * Whether stored executables are loaded that another machine made: native code, which can do whatever this process can. Default
   * false: those that this machine made are loaded, other programs are compiled from their portable form.
   */
  readonly trustExecutables?: boolean | undefined;
  /** Where the key of this machine lies. Default: `trust` in the cache folder. */
  readonly keyFolder?: string | undefined;
}

export const TRUST_OPTIONS: OptionNames<TrustOptions> = {
  trustExecutables: true,
  keyFolder: true,
};

/**
 * Looks for executables whose fingerprint is the client's and that may be trusted. Without any stored, the plugin's library is not
 * even hashed.
 */
export async function findExecutables(
  manifest: Manifest,
  client: Client,
  { trustExecutables = false, keyFolder: folder = keyFolder() }: TrustOptions = {},
): Promise<StoredExecutables> {
  const { compiled } = manifest;
  if (compiled.length === 0) return { files: new Map(), notes: [] };
  const here = await fingerprintOf(client);
  const machine = trustExecutables ? undefined : await machineKey(folder);
  const judged = compiled.map((set) => {
    const differences = fingerprintDifferences(set.fingerprint, here);
    return {
      set,
      reason: differences.length > 0 ? differences.join("; ") : distrust(manifest, set, machine),
    };
  });
  return {
    files: new Map(judged.flatMap(({ set, reason }) => (reason === undefined ? filesOf(set) : []))),
    notes: judged.flatMap(({ set, reason }) =>
      reason === undefined
        ? []
        : [`executables stored for ${set.topology ?? set.fingerprint.platform} are not used here: ${reason}`],
    ),
  };
}

type CompiledSet = Manifest["compiled"][number];

/** Which of the sets of a manifest this machine made. Without a key, none; no key is made either. */
export async function madeHere(manifest: Manifest, folder = keyFolder()): Promise<readonly boolean[]> {
  if (manifest.compiled.length === 0) return [];
  const machine = await findMachineKey(folder);
  return manifest.compiled.map((set) => machine instanceof MachineKey && isMadeBy(machine, manifest, set));
}

const hashes = ({ files }: Manifest): ReadonlyMap<string, string> =>
  new Map(files.map(({ path, sha256 }) => [path, sha256]));

const filesOf = ({ executables }: CompiledSet): [string, string][] =>
  Object.entries(executables).map(([program, { file }]) => [program, file]);

/** Why a set is not trusted; undefined when it is. Without `machine`, everybody's are. */
function distrust(
  manifest: Manifest,
  set: CompiledSet,
  machine: Awaited<ReturnType<typeof machineKey>> | undefined,
): string | undefined {
  if (machine === undefined) return undefined;
  if (!(machine instanceof MachineKey)) return `${machine.problem}; ${machine.hint}`;
  if (isMadeBy(machine, manifest, set)) return undefined;
  return "they were not made on this machine, and are native code (--trust-executables, or trustExecutables, runs them)";
}

function isMadeBy(
  machine: MachineKey,
  manifest: Manifest,
  { fingerprint, executables }: CompiledSet,
): boolean {
  const sha256 = hashes(manifest);
  const programs = new Map(manifest.programs.map(({ name, file }) => [name, sha256.get(file)]));
  return Object.entries(executables).every(([name, { file, seal }]) => {
    const [program, executable] = [programs.get(name), sha256.get(file)];
    if (program === undefined || executable === undefined) return false;
    return isSealed(machine, { fingerprint, program, executable }, seal);
  });
}
