/** @file What a program must keep to so that a client's plugin does not fail, or abort the process, while compiling it. */
import type { Operation } from "../ir/operation.js";
import { type ProgramRules, verifyProgram } from "../ir/verify-program/index.js";
import { commonLimits, type StablehloVersion, verifyLimits } from "./limits.js";
import { findTargetOf } from "./resolve.js";

/** What is asked of a client; PJRT clients of src/runtime-pjrt answer it. */
interface ClientFacts {
  readonly platformName: string;
  readonly plugin: { readonly stablehloVersions: { readonly current?: string } };
}

/**
 * @throws VerifyError for what no plugin survives as a whole (src/ir/verify-program), and for what the client's platform, or the version
 * of StableHLO its plugin reads, cannot take
 */
export function verifyForClient(module: Operation, client: ClientFacts, rules: ProgramRules = {}): void {
  verifyProgram(module, rules);
  const { current } = client.plugin.stablehloVersions;
  verifyLimits(
    module,
    findTargetOf(client)?.limits ?? commonLimits,
    current === undefined ? undefined : readVersion(current),
  );
}

/** `1.20.0` as numbers; undefined for anything else. */
function readVersion(text: string): StablehloVersion | undefined {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  return patch === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}
