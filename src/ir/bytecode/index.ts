/**
 * @file Portable artifacts: StableHLO as versioned VHLO in MLIR bytecode, written and read without MLIR.
 */
import { type Operation, walk } from "../operation.js";
import { verifyModule } from "../verify.js";
import { BytecodeError, PortabilityError } from "./errors.js";
import { ModuleBuilder } from "./read-module.js";
import { readProgram } from "./read-program.js";
import { Requirements } from "./requirements.js";
import { schema } from "./schema.js";
import { ProgramBuilder } from "./write-module.js";
import {
  compareVersions,
  defaultVersion,
  laterVersion,
  newestVersion,
  oldestVersion,
  parseTargetVersion,
  type Version,
} from "../versions.js";
import { bytecodeVersionOf } from "./bytecode-version.js";
import { firstMixed, type ProgramForm, type Requirement } from "./vhlo-view.js";
import { writeProgram } from "./write-program.js";
import { type OptionNames, checkOptions } from "../../support/options.js";

export { BytecodeError, PortabilityError };
export { isBytecode } from "./read-program.js";
export { newestVersion, oldestVersion, type Version } from "../versions.js";
export type { ProgramForm } from "./vhlo-view.js";

export interface SerializeOptions {
  /** `major.minor.patch`; by default the lowest version that can express the module, at least 1.10.0. */
  readonly targetVersion?: string | undefined;
  /**
   * Say where operations come from (default); without, equal programs of different files give equal bytes.
   */
  readonly locations?: boolean | undefined;
  /** Write constants that are resources as such, where the target has them (default: as the elements that they hold). */
  readonly resources?: boolean | undefined;
  /**
   * Write the bytes of this version of libStablehlo (default: the newest): it matters to the order of uses
   * alone.
   */
  readonly libraryVersion?: string | undefined;
  /** Verify the module first (default); readers give no reason for a module they reject. */
  readonly verify?: boolean | undefined;
}

export const SERIALIZE_OPTIONS: OptionNames<SerializeOptions> = {
  targetVersion: true,
  locations: true,
  resources: true,
  libraryVersion: true,
  verify: true,
};

/** The oldest version of StableHLO that can express a module, and the operation that needs it. */
export interface MinimumVersion {
  readonly version: Version;
  /** Undefined when every version can express the module. */
  readonly because: { readonly operation: Operation; readonly reason: string } | undefined;
}

function minimumOf(module: Operation, requirementOf: (operation: Operation) => Requirement): MinimumVersion {
  let minimum: MinimumVersion = { version: oldestVersion, because: undefined };
  for (const operation of walk(module)) {
    const { version, because: reason } = requirementOf(operation);
    if (laterVersion(minimum.version, version) !== minimum.version)
      minimum = { version, because: { operation, reason } };
  }
  return minimum;
}

/**
 * The oldest version of StableHLO that can express `module`.
 * @throws PortabilityError when none can, naming the operation and the reason
 */
export function minimumVersion(module: Operation): MinimumVersion {
  const requirements = new Requirements("portable");
  return minimumOf(module, (operation) => requirements.of(operation));
}

/**
 * Of the operations of one program, the oldest version of StableHLO whose readers take each in a form, its regions not counted;
 * undefined when no version tells, because it (or something in it) has no portable form.
 */
export function versionsNeeded(form: ProgramForm): (operation: Operation) => Version | undefined {
  const requirements = new Requirements(form);
  return (operation) => {
    try {
      return requirements.of(operation).version;
    } catch (error) {
      if (error instanceof PortabilityError) return undefined;
      throw error;
    }
  };
}

/**
 * The portable artifact of a module, byte for byte what libStablehlo writes for the same program and target, if it takes the
 * program: it refuses attributes without a form in VHLO, which stay MLIR's own here, as in artifacts of jax.export.
 * @throws PortabilityError when the target cannot express an operation, VerifyError, UsageError for an
 * unknown target
 */
export function serializePortable(module: Operation, options: SerializeOptions = {}): Uint8Array {
  checkOptions("serializePortable", options, SERIALIZE_OPTIONS);
  const { targetVersion, verify = true } = options;
  const asked = targetVersion === undefined ? undefined : parseTargetVersion(targetVersion);
  if (verify) verifyModule(module);
  // Readers before 1.11 take nothing that VHLO has no form for.
  const resources =
    options.resources === true && (asked === undefined || compareVersions(asked, firstMixed) >= 0);
  const builder = new ProgramBuilder(module, { locations: options.locations ?? true, resources });
  const target =
    asked ??
    laterVersion(defaultVersion, minimumOf(module, (operation) => builder.requirement(operation)).version);
  const root = builder.build(target, parseTargetVersion(options.libraryVersion ?? newestVersion));
  const program = { version: bytecodeVersionOf(target), producer: `StableHLO_v${target}`, root };
  return writeProgram(program, schema, builder.pool);
}

export interface DeserializeOptions {
  /** Verify the module (default). */
  readonly verify?: boolean | undefined;
}

export const DESERIALIZE_OPTIONS: OptionNames<DeserializeOptions> = {
  verify: true,
};

/** What was in an artifact. */
export interface Artifact {
  readonly module: Operation;
  /** The StableHLO version it was written for, as it says; empty when it does not. */
  readonly version: string;
  readonly bytecodeVersion: number;
}

/**
 * The module of a portable artifact of any version from 0.9.0; older operations are brought up to date.
 * @throws BytecodeError with the offset of what is wrong, VerifyError when the module breaks a rule of its
 * ops
 */
export function deserializePortable(bytes: Uint8Array, options: DeserializeOptions = {}): Artifact {
  checkOptions("deserializePortable", options, DESERIALIZE_OPTIONS);
  const { version: bytecodeVersion, producer, root } = readProgram(bytes, schema);
  const module = new ModuleBuilder().build(root);
  if (options.verify ?? true) verifyModule(module);
  return { module, version: /^StableHLO_v(.*)$/.exec(producer)?.[1] ?? "", bytecodeVersion };
}
