/** @file All passes by name. Those of src/lowering are added by whoever joins the halves (the command line, src/index.ts). */
import { InternalError } from "../support/errors.js";
import { canonicalize } from "./canonicalize.js";
import { cse } from "./cse.js";
import { dce } from "./dce.js";
import { fold } from "./fold.js";
import { fuseRgLruGates } from "./fuse-rglru-gates.js";
import { hoistLoopInvariants } from "./hoist-loop-invariants.js";
import { hoistParameters } from "./hoist-parameters.js";
import { inline } from "./inline.js";
import { outlineOps } from "./outline-ops.js";
import { outlineRepeated } from "./outline-repeated.js";
import type { Pass } from "./pass.js";

const registry = new Map<string, Pass>();

/** Makes passes known to pipelines; registering the same pass again changes nothing. */
export function registerPasses(passes: readonly Pass[]): void {
  for (const pass of passes) {
    const known = registry.get(pass.name);
    if (known !== undefined && known !== pass) throw new InternalError(`two passes are called ${pass.name}`);
    registry.set(pass.name, pass);
  }
}

registerPasses([
  canonicalize,
  cse,
  dce,
  fold,
  fuseRgLruGates,
  hoistLoopInvariants,
  hoistParameters,
  inline,
  outlineOps,
  outlineRepeated,
]);

/** The pass called `name`, or undefined. */
export const findPass = (name: string): Pass | undefined => registry.get(name);

/** All names, sorted. */
export const passNames = (): readonly string[] => [...registry.keys()].sort();

/** All passes, sorted by name. */
export const allPasses = (): readonly Pass[] => passNames().map((name) => registry.get(name)!);
