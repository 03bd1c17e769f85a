/** @file nn.local_attention by a strategy. */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { toStrided } from "../time-layout.js";
import { attentionInputs, inOrder, type Totals } from "./attention.js";
import { groupsAsBatch, groupsAsHeads } from "./groups.js";
import { banded } from "./banded.js";
import { dense } from "./dense.js";

/** A strategy with its numbers; `banded` without a block takes one that fits the window. */
export type AttentionChoice =
  | { readonly strategy: "dense" }
  | { readonly strategy: "banded"; readonly block: number | undefined };

/** Queries per block: as many as the window has tokens, within what keeps a block's scores small (256) and full (32). */
const blockFor = (window: number): number => Math.min(256, Math.max(32, window));

/** Queries that fit one block are dense anyway: a band would only add rows. */
export function lowerLocalAttention(
  e: Emitter,
  op: OperationOf<"nn.local_attention">,
  choice: AttentionChoice,
  totals: Totals = "reduce",
): readonly Value[] {
  const given = attentionInputs(e, op, totals);
  const inputs = groupsAsBatch(e, given);
  const time = shapeOf(inputs.q)[1]!;
  const block = choice.strategy === "dense" ? time : (choice.block ?? blockFor(inputs.window));
  const strategy = time <= block || choice.strategy === "dense" ? dense : banded(block);
  // Whole blocks of strided rows are blocks of tokens, in an order of their own.
  const isWhole = strategy !== dense && time % block === 0 && block % inputs.factor === 0;
  if (inputs.factor === 1 || isWhole) return [groupsAsHeads(e, strategy(e, inputs), given)];
  const attended = toStrided(e, strategy(e, inOrder(e, inputs)), inputs.factor);
  return [groupsAsHeads(e, attended, given)];
}
