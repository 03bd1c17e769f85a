/** @file What a program must keep to so that a client's plugin does not fail, or abort the process, while compiling it. */
import type { Operation } from "../ir/operation.js";
import { type ProgramRules, verifyProgram, PROGRAM_RULES } from "../ir/verify-program/index.js";
import type { ProgramForm } from "../ir/verify-version.js";
import { commonLimits } from "./common-limits.js";
import { type StablehloVersion, verifyLimits } from "./limits.js";
import { findTargetOf } from "./resolve.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** What is asked of a client; PJRT clients of src/runtime-pjrt answer it. */
export interface ClientFacts {
  readonly platformName: string;
  readonly plugin: { readonly stablehloVersions: { readonly current?: string } };
}

/** How the program is judged. */
interface ClientRules extends ProgramRules {
  /** How the plugin gets it; as text when absent. */
  readonly form?: ProgramForm | undefined;
}

export const CLIENT_RULES: OptionNames<ClientRules> = {
  ...PROGRAM_RULES,
  form: true,
};

/**
 * @throws VerifyError for what no plugin survives as a whole (src/ir/verify-program), and for what the client's platform, or the version
 * of StableHLO its plugin reads, cannot take
 */
export function verifyForClient(module: Operation, client: ClientFacts, options: ClientRules = {}): void {
  checkOptions("verifyForClient", options, CLIENT_RULES);
  const { form, ...rules } = options;
  verifyProgram(module, rules);
  const { current } = client.plugin.stablehloVersions;
  const version = current === undefined ? undefined : readVersion(current);
  verifyLimits(module, findTargetOf(client)?.limits ?? commonLimits, { version, form });
}

/** `1.20.0` as numbers; undefined for anything else. */
function readVersion(text: string): StablehloVersion | undefined {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  return patch === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}
