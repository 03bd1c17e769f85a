/** @file How a program of a language model is traced, whichever the model: its inputs, its results, what becomes of its states. */
import {
  argmax,
  at,
  type Axis,
  axis,
  input,
  program,
  split,
  type Tensor,
  type TracedProgram,
} from "../src/dsl/index.js";
import type { ComputeDType, Head, TraceKey } from "../src/model/index.js";
import type { CausalKind } from "./causal-kinds.js";

/** Which program of a model: its kind, sequences side by side, tokens of each, and what it computes in. */
export type CausalKey = TraceKey<CausalKind>;

/** What a model reads: tokens, and each one's place in its document; 0 starts one, negative places are padding. */
export interface CausalInputs {
  readonly dtype: ComputeDType;
  readonly tokens: Tensor<"batch" | "time", "i32">;
  readonly position: Tensor<"batch" | "time", "i32">;
}

/** The residual stream after all blocks, and how logits come of any part of it. */
export interface CausalOutputs {
  readonly residual: Tensor<"batch" | "time" | "model", ComputeDType>;
  /** The last norm: of all positions, or of one. */
  readonly norm: {
    (x: Tensor<"batch" | "time" | "model", ComputeDType>): Tensor<"batch" | "time" | "model", ComputeDType>;
    (x: Tensor<"batch" | "model", ComputeDType>): Tensor<"batch" | "model", ComputeDType>;
  };
  readonly head: Head;
  /** Of what is normalised. */
  readonly logits: {
    (
      x: Tensor<"batch" | "time" | "model", ComputeDType>,
      head: Head,
    ): Tensor<"batch" | "time" | "vocab", "f32">;
    (x: Tensor<"batch" | "model", ComputeDType>, head: Head): Tensor<"batch" | "vocab", "f32">;
  };
}

/**
 * Traces one program of a model. Inputs: tokens [batch, time] i32, segment_pos [batch, time] i32. Results: logits [batch,
 * vocab] or [batch, time, vocab] f32; with those of one position also next [batch, time 1] i32, the best token of each sequence,
 * in the form in which decode takes tokens.
 */
export function causalProgram(
  name: string,
  key: CausalKey,
  forward: (inputs: CausalInputs) => CausalOutputs,
): TracedProgram {
  const { kind, dtype } = key;
  const [batch, time]: readonly [Axis<"batch">, Axis<"time">] = [
    axis("batch", key.batch),
    axis("time", key.time),
  ];
  const state = kind === "forward" ? "dropped" : kind === "prefill" ? "started" : "carried";
  return program({ name: `${name}_${kind}`, state, probes: () => key.probes === true }, () => {
    const tokens = input("tokens", [batch, time], "i32");
    const position = input("segment_pos", [batch, time], "i32");
    const { residual, norm, head, logits } = forward({ dtype, tokens, position });
    if (kind === "forward" || kind === "score") return { logits: logits(norm(residual), head) };
    const last = logits(norm(at(residual, "time", -1)), head);
    return { logits: last, next: split(argmax(last, "vocab"), "batch", [batch, axis("time", 1)]) };
  });
}
