/** @file Which layers of a transformer see a window of tokens, as config.json says it. */
import { z } from "zod";
import type { Problem } from "../../src/model/index.js";

const layerWords = "an array of sliding_attention, full_attention";

/** Key `layer_types`. */
export const checkpointLayerTypes = z
  .array(z.enum(["sliding_attention", "full_attention"], layerWords), layerWords)
  .nullish();

/** Key `sliding_window`: Hugging Face counts a token in its own window. */
export const checkpointWindow = z.int("an integer of at least 2").min(2, "an integer of at least 2");

interface Values {
  readonly num_hidden_layers?: number | undefined;
  readonly layer_types?: z.output<typeof checkpointLayerTypes>;
}

/** For each layer whether it sees a window only: what the file lists, else what `isLocal` says. */
export function localLayers(
  { num_hidden_layers: layers = 0, layer_types: types }: Values,
  isLocal: (layer: number) => boolean,
  problems: Problem[],
): readonly boolean[] {
  if (types === undefined || types === null) return Array.from({ length: layers }, (_, i) => isLocal(i));
  if (types.length !== layers && layers > 0) {
    problems.push({
      subject: "layer_types",
      problem: "wrong number of layers",
      expected: `${layers} (num_hidden_layers)`,
      got: `${types.length}`,
    });
  }
  return types.map((type) => type === "sliding_attention");
}
