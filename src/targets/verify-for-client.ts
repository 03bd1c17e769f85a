/** @file What a program must keep to so that a client's plugin does not fail, or abort the process, while compiling it. */
import type { Operation } from "../ir/operation.js";
import { type ProgramRules, verifyProgram } from "../ir/verify-program/index.js";
import type { ProgramForm } from "../ir/verify-version.js";
import { commonLimits } from "./common-limits.js";
import { type StablehloVersion, verifyLimits } from "./limits.js";
import { findTargetOf } from "./resolve.js";

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

/**
 * @throws VerifyError for what no plugin survives as a whole (src/ir/verify-program), and for what the client's platform, or the version
 * of StableHLO its plugin reads, cannot take
 */
export function verifyForClient(
  module: Operation,
  client: ClientFacts,
  { form, ...rules }: ClientRules = {},
): void {
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
