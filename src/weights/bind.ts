/**
 * @file Every parameter a model wants gets its tensor of a checkpoint, or all that does not fit is reported
 * at once.
 */
import { ownValue } from "../support/own-value.js";
import { convertFloats, isFloatType } from "./convert.js";
import type { Checkpoint } from "./checkpoint.js";
import { type FloatType, sameShape } from "./dtype.js";
import { CheckpointError, type Problem } from "./errors.js";
import type { Parameter, TensorEntryName, TensorNames } from "./names.js";
import type { StoredTensor } from "./stored.js";

/** A parameter with its source; nothing is read before `readAs`. */
export interface BoundParameter extends Parameter {
  /** The type it is stored in. */
  readonly dtype: FloatType;
  /**
   * Packed bytes, row-major, converted to `dtype`; a fresh buffer at each call, so that the caller may give
   * it away, or `into`, which has their size, where they can be read into given memory.
   */
  readAs(dtype: FloatType, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

export interface BoundWeights {
  /** By path, in the order they were wanted. */
  readonly parameters: ReadonlyMap<string, BoundParameter>;
  /** What was ignored, for people. */
  readonly warnings: readonly string[];
}

/**
 * Finds the tensor of each wanted parameter. Tensors are read one at a time later, so a large model is never
 * in memory twice.
 * @throws CheckpointError with every parameter that is missing, misshapen or of an unusable type and every tensor that the model does
 * not have
 */
export function bindWeights(
  checkpoint: Pick<Checkpoint, "where" | "tensors">,
  wanted: readonly Parameter[],
  names: TensorNames,
): BoundWeights {
  const { tensors, where } = checkpoint;
  const problems: Problem[] = [];
  const parameters = new Map<string, BoundParameter>();
  const used = new Set<string>();
  for (const parameter of wanted) {
    const { name, shape } = names.nameOf(parameter);
    const tensor = tensors.get(name);
    used.add(name);
    const problem = findProblem(name, shape, tensor);
    if (problem === undefined) parameters.set(parameter.path, bind(parameter, tensor!));
    else problems.push(problem);
  }
  const warnings: string[] = [];
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

function bind({ path, shape }: Parameter, tensor: StoredTensor): BoundParameter {
  const dtype = tensor.dtype as FloatType;
  return {
    path,
    shape,
    dtype,
    readAs: async (wanted, into) =>
      wanted === dtype ? tensor.read(into) : convertFloats(await tensor.read(), dtype, wanted, into),
  };
}

function findProblem(
  subject: string,
  shape: readonly number[],
  tensor: StoredTensor | undefined,
): Problem | undefined {
  const expected = formatShape(shape);
  if (tensor === undefined) return { subject, problem: "missing", expected };
  if (!sameShape(shape, tensor.shape)) {
    return { subject, problem: "wrong shape", expected, got: formatShape(tensor.shape) };
  }
  if (isFloatType(tensor.dtype)) return undefined;
  return { subject, problem: "wrong dtype", expected: "f32, bf16 or f16", got: tensor.dtype };
}

function explainExtra(names: TensorNames, tensor: TensorEntryName): string {
  return names.pathOf(tensor) === undefined ? "not a name of this model" : "not in this configuration";
}

function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
