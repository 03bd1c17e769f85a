/** @file Our numbers of a case of training against the reference's: a figure for every tensor and a verdict (golden/README.md). */
import { GoldenError } from "./files.js";
import type { TrainedBy, TrainingCase } from "./training-case.js";
import {
  checkComplete,
  expectedOf,
  figureOf,
  type Parameters,
  type TrainingFigure,
  updateFigures,
} from "./training-figures.js";

/** What was computed with one optimiser. */
export interface ComputedTraining {
  /** The loss before each update. */
  readonly losses: Float32Array;
  /** Each parameter after all updates, by its checkpoint name. */
  readonly trained: Parameters;
}

/** What was computed of a case; parameters are called as in checkpoints. */
export interface ComputedCase {
  /** Of the first batch, before any update. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Each parameter before any update. */
  readonly initial: Parameters;
  /** By the optimiser's name. */
  readonly trained: ReadonlyMap<string, ComputedTraining>;
}

export interface TrainingReport {
  readonly case: string;
  readonly kind: "training";
  readonly dtype: "f32" | "bf16";
  readonly reason: string;
  readonly tensors: readonly TrainingFigure[];
  readonly passed: boolean;
}

/** The figures of one optimiser: losses, the update of all parameters together, that of each. */
function trainedFigures(
  golden: TrainingCase,
  { initial, trained }: ComputedCase,
  { settings: { name }, losses, update }: TrainedBy,
): readonly TrainingFigure[] {
  const computed = trained.get(name);
  if (computed === undefined) throw new GoldenError(`${name} was not computed`, golden.folder);
  const reference = expectedOf(golden, `losses.${name}`, computed.losses);
  return [
    figureOf(`losses.${name}`, computed.losses, reference, { measure: "largest", bound: losses }),
    ...updateFigures(golden, { initial, trained: computed.trained }, { suffix: `.${name}`, bound: update }),
  ];
}

/**
 * Judges what was computed: the first loss, relative; the norm of all gradients and each gradient by the 2-norm; for each optimiser the losses,
 * relative to the largest, and what the updates change, of all parameters together by the 2-norm. @throws GoldenError for a tensor that the
 * case or the model lacks
 */
export function checkTraining(
  golden: TrainingCase,
  computed: ComputedCase,
  dtype: TrainingReport["dtype"],
): TrainingReport {
  const { tolerance } = golden;
  const loss = [computed.loss];
  const gradientNorm = [computed.gradientNorm];
  const tensors = [
    figureOf("loss.first", loss, expectedOf(golden, "loss.first", loss), { bound: tolerance.loss }),
    figureOf("grad_norm", gradientNorm, expectedOf(golden, "grad_norm", gradientNorm), {
      bound: tolerance.grad,
    }),
    ...[...computed.gradients].map(([name, values]) =>
      figureOf(`grad.${name}`, values, expectedOf(golden, `grad.${name}`, values), { bound: tolerance.grad }),
    ),
    ...golden.optimizers.flatMap((by) => trainedFigures(golden, computed, by)),
  ];
  checkComplete(golden, tensors);
  const passed = tensors.every((figure) => figure.passed);
  return { case: golden.name, kind: "training", dtype, reason: golden.reason, tensors, passed };
}
