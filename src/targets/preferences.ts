/** @file Numbers by which the standard pipeline suits a target; each target gives its own, with the measurement beside the number. */
import { type AttentionForm, plainForm } from "../lowering/attention/attention.js";

export interface Preferences {
  /** Products of fewer rows are padded to these; `half` for bf16 and f16. */
  readonly leastRows: { readonly f32: number; readonly half: number };
  /** Up to this many rows, and from two, W x^T is emitted instead of x W^T; 0 for never. */
  readonly swapOperandsUpTo: number;
  /** Factor of the strided time layout of long programs with recurrences; 1 keeps the order of time. */
  readonly strideTime: number;
  /** Of attention, whether its strategy is the target's or one that was asked for. */
  readonly attention: AttentionForm;
  /** Whether what wide products made is finished, behind an optimization barrier, before a product that narrows it. */
  readonly barriers: boolean;
  /** Programs that read at least so many tokens of a sequence call one function for all layers that repeat. */
  readonly callsLayersFrom: number;
  /** Whether an optimization barrier stands after each layer that is called. */
  readonly barrierAfterLayers: boolean;
  /** Whether a cache is updated after what reads it, behind an optimization barrier: the compiler copies it if no order is said. */
  readonly finishesCacheReads: boolean;
  /** Stacks of so many bytes, which a loop writes whole, begin with memory of any content; undefined where it cannot be asked for. */
  readonly unfilledFrom: number | undefined;
  /** Sums of so many bytes side by side in a loop are one reduction; undefined where that is no gain. */
  readonly joinsFrom: number | undefined;
}

/** Of a target that nothing is known of: every op as it stands, repeated layers as calls. */
export const plainPreferences: Preferences = {
  leastRows: { f32: 1, half: 1 },
  swapOperandsUpTo: 0,
  strideTime: 1,
  attention: plainForm,
  barriers: false,
  callsLayersFrom: 1,
  barrierAfterLayers: false,
  finishesCacheReads: false,
  unfilledFrom: undefined,
  joinsFrom: undefined,
};
