/** @file Whether a stored executable was made on this machine: executables are native code, and an artifact may come from anybody. */
import type { MachineKey } from "../support/machine-key.js";
import { fingerprintText } from "./fingerprint.js";
import type { Fingerprint } from "./manifest.js";

/** What a seal speaks of: an executable, the portable program that it was compiled from, and for where. */
export interface SealedExecutable {
  readonly fingerprint: Fingerprint;
  /** SHA-256 of the portable program's file, and of the executable's. */
  readonly program: string;
  readonly executable: string;
}

const PURPOSE = "executable of an artifact 1";

const partsOf = ({ fingerprint, program, executable }: SealedExecutable): readonly string[] => [
  fingerprintText(fingerprint),
  program,
  executable,
];

/** The seal of this machine, to be stored beside the executable. */
export const seal = (machine: MachineKey, executable: SealedExecutable): string =>
  machine.sign(PURPOSE, partsOf(executable));

/** Whether a seal is this machine's, of just this. */
export const isSealed = (
  machine: MachineKey,
  executable: SealedExecutable,
  code: string | undefined,
): boolean => code !== undefined && machine.verifies(PURPOSE, partsOf(executable), code);
