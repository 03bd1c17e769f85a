/** @file Which program is meant where not all of it is said. */
import type { ConfiguredModel, TraceKey } from "./definition.js";

/** Tokens of each sequence, where neither the kind nor the caller says how many. */
const DEFAULT_TIME = 256;

/**
 * The whole key of a program: by default the kind that reads a prompt's first piece, one sequence, as many tokens as the kind takes or 256,
 * the dtype of the checkpoint. `model.program` checks it.
 */
export function completeKey<Kind extends string>(
  model: ConfiguredModel<Kind>,
  asked: { readonly [Field in keyof TraceKey<Kind>]?: TraceKey<Kind>[Field] | undefined } = {},
): TraceKey<Kind> {
  const { kinds, generation, dtype } = model;
  const kind = asked.kind ?? generation.programs.prefill;
  const time = asked.time ?? kinds[kind]?.time ?? DEFAULT_TIME;
  const { batch = 1, probes = false } = asked;
  return { kind, batch, time, probes, dtype: asked.dtype ?? dtype };
}
