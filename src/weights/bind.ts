/**
 * @file Every parameter a model wants gets its tensor of a checkpoint, or all that does not fit is reported
 * at once.
 */
import { ownValue } from "../support/own-value.js";
import { convertFloats } from "./convert.js";
import type { Checkpoint } from "./checkpoint.js";
import { type ComputeDType, isComputeDType, sameShape } from "./dtype.js";
import { CheckpointError, type Problem } from "./errors.js";
import {
  chooseNames,
  type Parameter,
  type TensorEntryName,
  type TensorNames,
  type TensorPlace,
  type TensorView,
} from "./names.js";
import type { StoredTensor } from "./stored.js";
import { isWhole, readView, sharedReads, type SharedReads } from "./view.js";

/** A parameter with its source; nothing is read before `readAs`. */
export interface BoundParameter extends Parameter {
  /** The type it is stored in. */
  readonly dtype: ComputeDType;
  /** The tensor and the file that it is stored in, for messages; absent when it is computed. */
  readonly name?: string | undefined;
  readonly file?: string | undefined;
  /**
   * Packed bytes, row-major, converted to `dtype`; a fresh buffer at each call, so that the caller may give
   * it away, or `into`, which has their size, where they can be read into given memory.
   * @param signal stops it where it is read in pieces
   */
  readAs(
    dtype: ComputeDType,
    into?: Uint8Array<ArrayBuffer>,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Bytes [begin, begin + into.length) of it as it is stored, in `into`; absent where a part costs as much as all of it. */
  readonly readPart?: StoredTensor["readPart"] | undefined;
}

export interface BoundWeights {
  /** By path, in the order they were wanted. */
  readonly parameters: ReadonlyMap<string, BoundParameter>;
  /** What was ignored, and what else they should know, for people. */
  readonly warnings: readonly string[];
}

/**
 * Finds the tensor of each wanted parameter. Tensors are read one at a time later, so a large model is never
 * in memory twice.
 * @throws CheckpointError with every parameter that is missing, misshapen or of an unusable type and every tensor that the model does
 * not have
 */
export function bindWeights(
  checkpoint: Pick<Checkpoint, "where" | "tensors" | "notes">,
  wanted: readonly Parameter[],
  known: TensorNames,
): BoundWeights {
  const { tensors, where } = checkpoint;
  const names = chooseNames(tensors, wanted, known);
  const problems: Problem[] = [];
  const parameters = new Map<string, BoundParameter>();
  const used = new Set<string>();
  const reported = new Set<string>();
  const warnings: string[] = [...(checkpoint.notes ?? [])];
  const reads = sharedReads(wanted.map((parameter) => names.nameOf(parameter).name));
  for (const parameter of wanted) {
    const place = names.nameOf(parameter);
    const { name } = place;
    const tensor = tensors.get(name);
    used.add(name);
    const problem = findProblem(place, tensor);
    if (problem === undefined) {
      parameters.set(parameter.path, bind(parameter, tensor!, place.view, reads));
      warnings.push(...paddingOf(place, tensor!));
    } else if (!reported.has(name)) problems.push(problem);
    reported.add(name);
  }
  for (const { name, shape } of tensors.values()) {
    if (used.has(name)) continue;
    const reason = ownValue(names.ignored ?? {}, name);
    if (reason !== undefined) warnings.push(`${name} is ignored: ${reason}`);
    else
      problems.push({
        subject: name,
        problem: explainExtra(names, { name, shape }),
        got: formatShape(shape),
      });
  }
  if (problems.length > 0) throw new CheckpointError(`the weights of ${where}`, problems);
  return { parameters, warnings };
}

function bind(
  { path, shape }: Parameter,
  tensor: StoredTensor,
  view: TensorView | undefined,
  reads: SharedReads,
): BoundParameter {
  const dtype = tensor.dtype as ComputeDType;
  const isSame = isWhole(view, tensor, shape);
  const read = (into?: Uint8Array<ArrayBuffer>, signal?: AbortSignal) =>
    isSame ? tensor.read(into, signal) : readView(tensor, shape, view!, reads, into, signal);
  return {
    path,
    shape,
    dtype,
    name: tensor.name,
    file: tensor.file,
    readPart: isSame ? tensor.readPart : undefined,
    readAs: async (wanted, into, signal) =>
      wanted === dtype
        ? read(into, signal)
        : convertFloats(await read(undefined, signal), dtype, wanted, into),
  };
}

function findProblem(
  { name: subject, shape, view }: TensorPlace,
  tensor: StoredTensor | undefined,
): Problem | undefined {
  const expected = formatShape(shape);
  if (tensor === undefined) return { subject, problem: "missing", expected };
  const [rows = 0, ...rest] = tensor.shape;
  const compared = view?.padded === true && rows > shape[0]! ? [shape[0]!, ...rest] : tensor.shape;
  if (!sameShape(shape, compared)) {
    return { subject, problem: "wrong shape", expected, got: formatShape(tensor.shape) };
  }
  if (isComputeDType(tensor.dtype)) return undefined;
  return { subject, problem: "wrong dtype", expected: "f32, bf16 or f16", got: tensor.dtype };
}

/** What a person should know of a tensor with more rows than the model takes. */
function paddingOf({ name, shape }: TensorPlace, tensor: StoredTensor): readonly string[] {
  if (sameShape(shape, tensor.shape)) return [];
  return [`${name} has ${tensor.shape[0]} rows, of which the model reads the first ${shape[0]}`];
}

function explainExtra(names: TensorNames, tensor: TensorEntryName): string {
  return names.pathOf(tensor) === undefined ? "not a name of this model" : "not in this configuration";
}

function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
