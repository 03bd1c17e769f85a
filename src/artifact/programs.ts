/** @file Which programs a manifest has, in words, and what becomes of the weights when they run. */
import { planWeights, type WeightPlan } from "../program/weight-plan.js";
import { LOOP_KIND, SAMPLER_KIND } from "../serving/index.js";
import type { Manifest } from "./manifest.js";

/** `batch 1: prefill of 16, 64 or 256 tokens, extend of 256, decode of 1`. */
export function describeKinds({ programs }: Manifest): string {
  const others = ["prepare", SAMPLER_KIND, LOOP_KIND];
  const runnable = programs.filter(({ kind }) => !others.includes(kind));
  const batches = [...new Set(runnable.map(({ batch }) => batch))];
  return batches
    .map((batch) => {
      const here = runnable.filter((program) => program.batch === batch);
      const kinds = [...new Set(here.map(({ kind }) => kind))].map((kind) => {
        const times = here.filter((program) => program.kind === kind).map(({ time }) => time);
        return `${kind} of ${times.sort((a, b) => a - b).join(", ")}`;
      });
      return `batch ${batch}: ${kinds.join("; ")}`;
    })
    .join(" / ");
}

/** Which weights only preparing programs take. Sessions of an artifact run no other programs than the manifest names. */
export function planManifest({ programs }: Manifest): WeightPlan {
  const [preparations, runnable] = [true, false].map((prepares) =>
    programs.filter(({ kind }) => (kind === "prepare") === prepares),
  );
  return planWeights(runnable!, preparations!);
}
