/** @file Kinds of programs that the language models here have, and the parts these play in generation. */
import type { ProgramKind } from "../src/model/index.js";

/** The kinds of programs, in the words of help. */
export const causalKinds = {
  prefill: { summary: "reads the first piece of a prompt and makes the state" },
  extend: { summary: "reads a piece that follows" },
  decode: { summary: "reads one token of each sequence", time: 1 },
  score: { summary: "reads a piece that follows, with the logits of all positions" },
  forward: { summary: "reads everything at once, keeps nothing" },
} as const satisfies Readonly<Record<string, ProgramKind>>;

/**
 * forward: logits of all positions, nothing carried. prefill: the prompts' first chunk, logits of its last position and the
 * state after it. extend: the same for a chunk that follows, from the state before it. decode: extend by one token. score:
 * extend with the logits of all positions.
 */
export type CausalKind = keyof typeof causalKinds;

/** Names of the programs' inputs and results, and which program does what in generation. */
export const causalParts = {
  inputs: { tokens: "tokens", positions: "segment_pos" },
  outputs: { logits: "logits", best: "next" },
  programs: { prefill: "prefill", extend: "extend", decode: "decode", score: "score", forward: "forward" },
} as const;
