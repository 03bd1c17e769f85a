/** @file Our numbers of a case of training against the reference's: a figure for every tensor and a verdict (golden/README.md). */
import { GoldenError } from "./files.js";
import type { TrainedBy, TrainingCase } from "./training-case.js";

/** What was computed with one optimiser. */
export interface ComputedTraining {
  /** The loss before each update. */
  readonly losses: Float32Array;
  /** Each parameter after all updates, by its checkpoint name. */
  readonly trained: ReadonlyMap<string, Float32Array>;
}

/** What was computed of a case; parameters are called as in checkpoints. */
export interface ComputedCase {
  /** Of the first batch, before any update. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Each parameter before any update. */
  readonly initial: ReadonlyMap<string, Float32Array>;
  /** By the optimiser's name. */
  readonly trained: ReadonlyMap<string, ComputedTraining>;
}

/** A figure of a case: how far ours is off, relative to the reference's. */
export interface TrainingFigure {
  /** As the case calls it, `update.NAME` for what updates change. */
  readonly name: string;
  /** Undefined for what is told and not judged: updates of single parameters, which hold rounding of the parameters. */
  readonly bound: number | undefined;
  /** What the difference is measured by. */
  readonly measure: "2-norm" | "largest";
  /** The difference over the reference's size. */
  readonly figure: number;
  readonly passed: boolean;
}

export interface TrainingReport {
  readonly case: string;
  readonly kind: "training";
  readonly dtype: "f32" | "bf16";
  readonly reason: string;
  readonly tensors: readonly TrainingFigure[];
  readonly passed: boolean;
}

type Numbers = ArrayLike<number>;

const norm = (values: Numbers): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

const largest = (values: Numbers): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const difference = (a: Numbers, b: Numbers): Float64Array =>
  Float64Array.from(a, (value, i) => value - b[i]!);

/** a / b, where nothing off nothing is 0. */
const relative = (a: number, b: number): number => (a === 0 ? 0 : a / b);

/** The reference's tensor of a name, in the size that was computed. @throws GoldenError without it */
function expectedOf({ tensors, folder }: TrainingCase, name: string, { length }: Numbers): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype === "f32" && tensor.data.length === length) return tensor.data;
  throw new GoldenError(`${name}: the case has no such f32 tensor of the size computed`, folder, {
    expected: `${length} numbers`,
    got: tensor === undefined ? "nothing" : `${tensor.dtype} [${tensor.shape.join(", ")}]`,
  });
}

type Measure = TrainingFigure["measure"];

function figureOf(
  name: string,
  actual: Numbers,
  expected: Numbers,
  { measure = "2-norm", bound }: { readonly measure?: Measure; readonly bound: number | undefined },
): TrainingFigure {
  const size = measure === "2-norm" ? norm : largest;
  const figure = relative(size(difference(actual, expected)), size(expected));
  return { name, measure, bound, figure, passed: bound === undefined || figure <= bound };
}

/** The figures of one optimiser: losses, the update of all parameters together, that of each. */
function trainedFigures(
  golden: TrainingCase,
  { initial, trained }: ComputedCase,
  { settings: { name }, losses, update }: TrainedBy,
): readonly TrainingFigure[] {
  const computed = trained.get(name);
  if (computed === undefined) throw new GoldenError(`${name} was not computed`, golden.folder);
  const updates = [...computed.trained].map(([path, values]) => {
    const before = initial.get(path)!;
    const reference = expectedOf(golden, `trained.${name}.${path}`, values);
    return { path, actual: difference(values, before), expected: difference(reference, before) };
  });
  const join = (parts: readonly Float64Array[]): readonly number[] =>
    parts.flatMap((part) => Array.from(part));
  const all = [
    join(updates.map(({ actual }) => actual)),
    join(updates.map(({ expected }) => expected)),
  ] as const;
  const reference = expectedOf(golden, `losses.${name}`, computed.losses);
  return [
    figureOf(`losses.${name}`, computed.losses, reference, { measure: "largest", bound: losses }),
    figureOf(`update.${name}`, ...all, { bound: update }),
    ...updates.map(({ path, actual, expected }) =>
      figureOf(`update.${name}.${path}`, actual, expected, { bound: undefined }),
    ),
  ];
}

/** Complains about gradients and parameters of the case that nothing was computed for. */
function checkComplete({ tensors, folder }: TrainingCase, figures: readonly TrainingFigure[]): void {
  const judged = new Set(figures.map(({ name }) => name.replace(/^update\./, "trained.")));
  const left = [...tensors.keys()].filter((name) => /^(?:grad|trained)\./.test(name) && !judged.has(name));
  if (left.length === 0) return;
  throw new GoldenError(
    `${left.join(", ")}: the model has no such parameter, or the case no such optimiser`,
    folder,
  );
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
