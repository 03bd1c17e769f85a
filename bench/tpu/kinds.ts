/** @file Parts of the model by what they do, from the names of ours and of the reference's modules. */
import { presets } from "../../models/griffin/presets.js";
import type { ProgramCost } from "../../src/cost/index.js";

/** The first that fits a path names its kind. */
const KINDS: readonly (readonly [kind: string, path: RegExp])[] = [
  ["embedding", /embed_tokens|embedder\.encode/],
  ["mlp", /mlp_block/],
  ["RG-LRU and scan", /rg_lru/],
  ["conv", /conv_1d/],
  ["recurrent block, rest", /linear_(x|y|out)|recurrent_block/],
  ["attention", /attention_block|[qkvo]_proj/],
  ["norms and sums", /norm|^layers\.\d+$|blocks\.\d+\/[^/]*$/],
  // Lines of models/griffin.ts without a name are what is around the layers.
  ["head", /embedder\.decode|^griffin\.ts|Griffin\/[^/]*$/],
];

export const kindNames: readonly string[] = [...KINDS.map(([kind]) => kind), "other"];

/** What ours calls temporal_block is one or the other by the layer's place. */
function kindOf(path: string): string {
  const layer = /^layers\.(\d+)\/temporal_block$/.exec(path)?.[1];
  const block = layer === undefined ? undefined : presets["recurrentgemma-2b"].blockTypes[Number(layer)];
  const named = block === undefined ? path : path.replace("temporal", block);
  return KINDS.find(([, fits]) => fits.test(named))?.[0] ?? "other";
}

/** Cycles by kind; what has no estimate is not in it. */
export function cyclesByKind({ instructions }: ProgramCost): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>();
  for (const { path, cycles = 0 } of instructions) {
    const kind = kindOf(path);
    kinds.set(kind, (kinds.get(kind) ?? 0) + cycles);
  }
  return kinds;
}
