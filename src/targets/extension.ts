/** @file What an extension brings to the lowering of programs. */
import type { Dialect } from "../ir/dialect.js";
import type { Pass } from "../passes/index.js";
import type { AddedStage } from "./stages.js";
import type { Strategy } from "./strategy.js";
import type { Target } from "./target.js";
import { expectGiven } from "../support/given.js";
import { checkMembers } from "../support/members.js";

/**
 * What a package adds to the lowering of programs. It is handed in where programs are lowered and known there alone: two of them in one
 * process do not see each other.
 */
export interface LoweringExtension {
  /** Of the package, for errors. */
  readonly name: string;
  /** Of the ops that program texts may name; ops that a program was traced with bring their dialect themselves. */
  readonly dialects: readonly Dialect[];
  /** Passes that pipelines may name. */
  readonly passes: readonly Pass[];
  readonly strategies: readonly Strategy[];
  /** Steps that are added to the pipelines of targets. */
  readonly stages: readonly AddedStage[];
  readonly targets: readonly Target[];
}

/** Complains of what was not made by `defineExtension`. @throws UsageError */
export function checkExtensions(extensions: unknown): void {
  if (extensions === undefined) return;
  expectGiven(Array.isArray(extensions), extensions, {
    by: "extensions",
    what: "value",
    expected: "a list of what defineExtension gives",
  });
  for (const extension of extensions as readonly unknown[])
    checkMembers("extensions", "extension", extension, {
      name: "text",
      dialects: "list",
      passes: "list",
      strategies: "list",
      stages: "list",
      targets: "list",
    });
}
