/** @file Scaling of rotary frequencies for contexts longer than a model was first trained on. */
import type { LlamaConfig, RopeScaling } from "./config.js";

/**
 * What each frequency 1 / base^(2i / dims) is multiplied by. `linear`: positions are divided by a factor (arXiv 2306.15595). `llama3`: so are
 * those of waves longer than the context that the model was first trained on, those of short waves are kept, and between the two borders they
 * change evenly with the number of turns (Llama 3.1's release).
 */
export function ropeScalingOf({
  ropeTheta,
  ropeScaling,
  headSize,
}: Pick<LlamaConfig, "ropeTheta" | "ropeScaling" | "headSize">): readonly number[] | undefined {
  if (ropeScaling === null) return undefined;
  return Array.from({ length: headSize / 2 }, (_, i) =>
    multiplierOf(ropeScaling, 2 * Math.PI * ropeTheta ** ((2 * i) / headSize)),
  );
}

/** Of a wave of so many tokens. */
function multiplierOf(scaling: RopeScaling, wavelength: number): number {
  if (scaling.type === "linear") return 1 / scaling.factor;
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling;
  const turns = originalContext / wavelength;
  const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
  return (1 - kept) / factor + kept;
}
