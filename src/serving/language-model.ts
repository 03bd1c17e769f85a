/**
 * @file What generation needs to know of a model, as plain data: its token ids, and which of its programs, inputs and results play which
 * part. An artifact's manifest stores it, so that nothing else of the model is needed to run one.
 */

/** Kinds of programs by the part they play; values are the model's own words. */
export interface GenerationPrograms<Kind extends string = string> {
  /** Reads the first chunk of the prompts and starts the states: logits of the last position. */
  readonly prefill: Kind;
  /** Reads a chunk that follows. */
  readonly extend: Kind;
  /** Reads one token of each sequence. */
  readonly decode: Kind;
  /** As `extend`, with the logits of all positions. */
  readonly score?: Kind | undefined;
  /** The logits of all positions from nothing, with no state kept; what golden cases are checked with. */
  readonly forward?: Kind | undefined;
}

/** A causal language model whose programs read tokens and positions, and give logits and the best token of each sequence. */
export interface LanguageModel<Kind extends string = string> {
  readonly vocabSize: number;
  /** Stands in front of every prompt. */
  readonly bosId: number;
  /** Generation stops at any of these. */
  readonly eosIds: readonly number[];
  readonly padId: number;
  /** Tokens that a sequence may have, where the states hold no more (caches that grow); absent where they are of a fixed size. */
  readonly capacity?: number | undefined;
  readonly inputs: {
    /** [batch, time] i32. */
    readonly tokens: string;
    /** [batch, time] i32: each token's place in its text from 0, -1 for padding in front. */
    readonly positions: string;
  };
  readonly outputs: {
    /** [batch, vocab] f32; [batch, time, vocab] of programs that give all positions. */
    readonly logits: string;
    /** [batch, 1] i32, the best token of each sequence, as `decode` takes it; -1 where the logits are not finite. */
    readonly best: string;
  };
  readonly programs: GenerationPrograms<Kind>;
}
