/** @file nn.attention by a strategy. */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { notANumberBeyond } from "../decompose/attention.js";
import { toStrided } from "../time-layout.js";
import {
  type AttentionForm,
  type AttentionInputs,
  attentionInputs,
  inOrder,
  plainForm,
} from "./attention.js";
import { groupsAsBatch, groupsAsHeads, groupsAsWidth, ownWidth } from "./groups.js";
import { banded } from "./banded.js";
import { dense } from "./dense.js";
import { triangular } from "./triangular.js";

/**
 * A strategy with its numbers; `banded` without a block takes one that fits. Where there is no window, bands reach from the first key to the
 * diagonal (triangular.ts).
 */
export type AttentionChoice =
  | { readonly strategy: "dense" }
  | { readonly strategy: "banded"; readonly block: number | undefined };

/** Queries per block: as many as the window has tokens, within what keeps a block's scores small (256) and full (32). */
const blockFor = (window: number): number => Math.min(256, Math.max(32, window));

/** Most blocks without a window: each is code of its own. */
const MOST_BLOCKS = 16;

/** Queries per block without a window: few blocks, each large enough to fill a matrix unit. */
const triangularBlockFor = (time: number): number => Math.max(256, Math.ceil(time / MOST_BLOCKS));

/** Queries that fit one block are dense anyway: a band would only add rows. */
export function lowerAttention(
  e: Emitter,
  op: OperationOf<"nn.attention">,
  choice: AttentionChoice,
  form: AttentionForm = plainForm,
): readonly Value[] {
  const given = attentionInputs(e, op, form);
  const attended = given.inPlace
    ? ownWidth(e, attend(e, groupsAsWidth(e, given), choice), given)
    : groupsAsHeads(e, attend(e, groupsAsBatch(e, given), choice), given);
  if (given.window !== undefined || given.cache === undefined) return [attended];
  return [notANumberBeyond(e, attended, given.cache.numTokens, shapeOf(given.cache.k)[1]!)];
}

/** Rows of keys without heads; the result has the inputs' layout of time. */
function attend(e: Emitter, inputs: AttentionInputs, choice: AttentionChoice): Value {
  const { window, factor } = inputs;
  const time = shapeOf(inputs.q)[1]!;
  const fitting = window === undefined ? triangularBlockFor(time) : blockFor(window);
  const block = choice.strategy === "dense" ? time : (choice.block ?? fitting);
  const isDense = time <= block;
  // Whole blocks of strided rows are blocks of tokens, in an order of their own.
  if (!isDense && window !== undefined && time % block === 0 && block % factor === 0)
    return banded(block)(e, { ...inputs, window });
  const ordered = factor === 1 ? inputs : inOrder(e, inputs);
  return toStrided(e, inTimeOrder(e, ordered, isDense ? undefined : block), factor);
}

/** Rows in the order of time, in blocks or, without, all at once. */
function inTimeOrder(e: Emitter, inputs: AttentionInputs, block: number | undefined): Value {
  const { window } = inputs;
  if (block === undefined) return dense(e, inputs);
  return window === undefined ? triangular(block)(e, inputs) : banded(block)(e, { ...inputs, window });
}
