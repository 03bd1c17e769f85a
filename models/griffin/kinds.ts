/** @file The kinds of programs that a Griffin has. */
import type { ProgramKind } from "../../src/model/index.js";

export const griffinKinds = {
  prefill: { summary: "reads the first piece of a prompt and makes the state" },
  extend: { summary: "reads a piece that follows" },
  decode: { summary: "reads one token of each sequence", time: 1 },
  score: { summary: "reads a piece that follows, with the logits of all positions" },
  forward: { summary: "reads everything at once, keeps nothing" },
} as const satisfies Readonly<Record<string, ProgramKind>>;
