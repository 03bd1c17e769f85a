/** @file Passes by name, as a value: whoever reads pipelines says which passes there are. */
import { InternalError } from "../support/errors.js";
import { canonicalize } from "./canonicalize.js";
import { cse } from "./cse.js";
import { dce } from "./dce.js";
import { dropPrints } from "./drop-prints.js";
import { finishCacheReads } from "./finish-cache-reads.js";
import { finishReads } from "./finish-reads.js";
import { fold } from "./fold.js";
import { fuseRgLruGates } from "./fuse-rglru-gates.js";
import { hoistLoopInvariants } from "./hoist-loop-invariants.js";
import { hoistParameters } from "./hoist-parameters.js";
import { inline } from "./inline.js";
import { joinReductions } from "./join-reductions.js";
import { outlineOps } from "./outline-ops.js";
import { outlineRepeated } from "./outline-repeated.js";
import type { Pass } from "./pass.js";
import { refineShapesPass } from "./refine-shapes.js";
import { unfilledStacks } from "./unfilled-stacks.js";

/** The passes of this folder. Those that lower are in src/lowering; the list of all is src/targets/registry.ts. */
export const standardPasses: readonly Pass[] = [
  canonicalize,
  cse,
  dce,
  dropPrints,
  finishCacheReads,
  finishReads,
  fold,
  fuseRgLruGates,
  hoistLoopInvariants,
  hoistParameters,
  inline,
  joinReductions,
  outlineOps,
  outlineRepeated,
  refineShapesPass,
  unfilledStacks,
];

/** The passes that a pipeline may name. */
export class PassRegistry {
  readonly #passes: ReadonlyMap<string, Pass>;

  /** @throws InternalError when two different passes have the same name */
  constructor(passes: readonly Pass[]) {
    const byName = new Map<string, Pass>();
    for (const pass of passes) {
      const known = byName.get(pass.name);
      if (known !== undefined && known !== pass)
        throw new InternalError(`two passes are called ${pass.name}`);
      byName.set(pass.name, pass);
    }
    this.#passes = byName;
  }

  /** The pass called `name`, or undefined. */
  find(name: string): Pass | undefined {
    return this.#passes.get(name);
  }

  /** All names, sorted. */
  get names(): readonly string[] {
    return [...this.#passes.keys()].sort();
  }

  /** All passes, sorted by name. */
  get passes(): readonly Pass[] {
    return this.names.map((name) => this.#passes.get(name)!);
  }
}
