/** @file Our numbers of a case of fine-tuning against the reference's: losses, tests before and after, and in f32 what is changed. */
import type { FineTuningCase } from "./fine-tuning-case.js";
import { GoldenError } from "./files.js";
import type { TrainingReport } from "./training-check.js";
import { checkComplete, expectedOf, figureOf, type Parameters, updateFigures } from "./training-figures.js";

/** What was computed of a case; parameters are called as in checkpoints. */
export interface ComputedFineTuning {
  /** Before each update. */
  readonly losses: Float32Array;
  /** The mean loss of the test before and after. */
  readonly eval: Float32Array;
  readonly initial: Parameters;
  readonly trained: Parameters;
}

/** Bounds of bf16 are those of losses: what bf16 changes of parameters is mostly rounding. @throws GoldenError for what the case lacks */
export function checkFineTuning(
  golden: FineTuningCase,
  computed: ComputedFineTuning,
  dtype: TrainingReport["dtype"],
): TrainingReport {
  const { tolerance, folder, name, reason } = golden;
  const isF32 = dtype === "f32";
  const losses = isF32 ? tolerance.losses : tolerance.lossesBf16;
  if (losses === undefined) throw new GoldenError(`the case has no tolerance for ${dtype}`, folder);
  const figures = (["losses", "eval"] as const).map((kind) => {
    const tensor = isF32 ? kind : `${kind}.bf16`;
    const values = computed[kind];
    return figureOf(tensor, values, expectedOf(golden, tensor, values), {
      measure: "largest",
      bound: losses,
    });
  });
  const updates = isF32 ? updateFigures(golden, computed, { suffix: "", bound: tolerance.update }) : [];
  const tensors = [...figures, ...updates];
  if (isF32) checkComplete(golden, tensors);
  const passed = tensors.every((figure) => figure.passed);
  return { case: name, kind: "training", dtype, reason, tensors, passed };
}
