/** @file What an extension brings to the lowering of programs. */
import type { Dialect } from "../ir/dialect.js";
import type { Pass } from "../passes/index.js";
import type { AddedStage } from "./stages.js";
import type { Strategy } from "./strategy.js";
import type { Target } from "./target.js";

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
