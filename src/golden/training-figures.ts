/** @file How far a tensor of ours is off the reference's, in cases of training (golden/README.md). */
import type { GoldenTensor } from "./files.js";
import { GoldenError } from "./files.js";

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
  /** Of a figure of all parameters together that is off: the parameter with the greatest part in it. */
  readonly mostlyOf?: string;
}

/** Tensors of a case, and where it lies. */
export interface CaseTensors {
  readonly folder: string;
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
}

export type Numbers = ArrayLike<number>;

const norm = (values: Numbers): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

const largest = (values: Numbers): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const difference = (a: Numbers, b: Numbers): Float64Array =>
  Float64Array.from(a, (value, i) => value - b[i]!);

/** a / b, where nothing off nothing is 0. */
const relative = (a: number, b: number): number => (a === 0 ? 0 : a / b);

/** The reference's tensor of a name, in the size that was computed. @throws GoldenError without it */
export function expectedOf(
  { tensors, folder }: CaseTensors,
  name: string,
  { length }: Numbers,
): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype === "f32" && tensor.data.length === length) return tensor.data;
  throw new GoldenError(`${name}: the case has no such f32 tensor of the size computed`, folder, {
    expected: `${length} numbers`,
    got: tensor === undefined ? "nothing" : `${tensor.dtype} [${tensor.shape.join(", ")}]`,
  });
}

export type Measure = TrainingFigure["measure"];

/** @param bound without one the figure is told and not judged */
export function figureOf(
  name: string,
  actual: Numbers,
  expected: Numbers,
  { measure = "2-norm", bound }: { readonly measure?: Measure; readonly bound: number | undefined },
): TrainingFigure {
  const size = measure === "2-norm" ? norm : largest;
  const figure = relative(size(difference(actual, expected)), size(expected));
  return { name, measure, bound, figure, passed: bound === undefined || figure <= bound };
}

/** Parameters by their checkpoint names. */
export type Parameters = ReadonlyMap<string, Float32Array>;

/**
 * What updates change: of all parameters together, judged, and of each, told.
 * @param suffix what the case adds to `trained`, and figures to `update`, before a parameter's name
 */
export function updateFigures(
  golden: CaseTensors,
  { initial, trained }: { readonly initial: Parameters; readonly trained: Parameters },
  { suffix, bound }: { readonly suffix: string; readonly bound: number },
): readonly TrainingFigure[] {
  const updates = [...trained].map(([path, values]) => {
    const before = initial.get(path)!;
    const reference = expectedOf(golden, `trained${suffix}.${path}`, values);
    return { path, actual: difference(values, before), expected: difference(reference, before) };
  });
  const join = (parts: readonly Float64Array[]): readonly number[] =>
    parts.flatMap((part) => Array.from(part));
  const [actual, expected] = [
    join(updates.map((update) => update.actual)),
    join(updates.map((update) => update.expected)),
  ];
  const all = figureOf(`update${suffix}`, actual, expected, { bound });
  return [
    all.passed ? all : { ...all, mostlyOf: farthest(updates) },
    ...updates.map(({ path, ...both }) =>
      figureOf(`update${suffix}.${path}`, both.actual, both.expected, { bound: undefined }),
    ),
  ];
}

/** The first parameter whose numbers are farthest off; what is no number is farther than any. */
function farthest(
  updates: readonly {
    readonly path: string;
    readonly actual: Float64Array;
    readonly expected: Float64Array;
  }[],
): string {
  const off = updates.map(({ actual, expected }) => {
    const far = norm(difference(actual, expected));
    return Number.isNaN(far) ? Number.POSITIVE_INFINITY : far;
  });
  return updates[off.indexOf(Math.max(...off))]!.path;
}

/** Complains about gradients and parameters of the case that nothing was computed for. */
export function checkComplete({ tensors, folder }: CaseTensors, figures: readonly TrainingFigure[]): void {
  const judged = new Set(figures.map(({ name }) => name.replace(/^update\./, "trained.")));
  const left = [...tensors.keys()].filter((name) => /^(?:grad|trained)\./.test(name) && !judged.has(name));
  if (left.length === 0) return;
  throw new GoldenError(
    `${left.join(", ")}: the model has no such parameter, or the case no such optimiser`,
    folder,
  );
}
