/** @file Parameters of a program from files: by their paths, or by names that the caller says. */
import type { Argument } from "../../program/index.js";
import {
  bindWeights,
  type Checkpoint,
  CheckpointError,
  isComputeDType,
  openWeightsAt,
  type Parameter,
  type Problem,
  type TensorNames,
} from "../../weights/index.js";

/** Tensors by name, wherever they are. */
type Tensors = Pick<Checkpoint, "where" | "tensors">;

/**
 * Reads parameters one at a time: floats of up to 32 bits in the types that the program wants, others as they are stored; tensors that it
 * does not want are left.
 * @param nameOf what the tensor of a parameter is called
 * @throws CheckpointError with all that are missing, or of another shape or type
 */
export async function readParameters(
  source: string | Tensors,
  wanted: readonly Argument[],
  nameOf: (path: string) => string,
  take: (argument: Argument, bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  if (typeof source === "string") {
    await using checkpoint = await openWeightsAt(source);
    await readParameters(checkpoint, wanted, nameOf, take);
    return;
  }
  checkStored(
    source,
    wanted.filter(({ elementType }) => !isComputeDType(elementType)),
    nameOf,
  );
  const parameters = wanted
    .filter(({ elementType }) => isComputeDType(elementType))
    .map(({ name, dimensions }): Parameter => ({ path: name, shape: dimensions }));
  const paths = new Map(parameters.map(({ path }) => [nameOf(path), path]));
  const others = [...source.tensors.keys()].filter((name) => !paths.has(name));
  const names: TensorNames = {
    nameOf: ({ path, shape }) => ({ name: nameOf(path), shape }),
    pathOf: ({ name, shape }) => {
      const path = paths.get(name);
      return path === undefined ? undefined : { path, shape };
    },
    ignored: Object.fromEntries(others.map((name) => [name, "the program does not ask for it"])),
  };
  const { parameters: bound } = bindWeights(source, parameters, names);
  for (const argument of wanted) {
    const { elementType, name } = argument;
    const bytes = isComputeDType(elementType)
      ? await bound.get(name)!.readAs(elementType)
      : await source.tensors.get(nameOf(name))!.read();
    await take(argument, bytes);
  }
}

const typeText = (type: string, shape: readonly number[]): string => `${type} [${shape.join(", ")}]`;

/** @throws CheckpointError for those that are missing, or stored as anything else */
function checkStored(
  { where, tensors }: Tensors,
  wanted: readonly Argument[],
  nameOf: (path: string) => string,
): void {
  const problems = wanted.flatMap(({ name, elementType, dimensions }): Problem[] => {
    const subject = nameOf(name);
    const expected = typeText(elementType, dimensions);
    const tensor = tensors.get(subject);
    if (tensor === undefined) return [{ subject, problem: "missing", expected }];
    const got = typeText(tensor.dtype, tensor.shape);
    return got === expected ? [] : [{ subject, problem: "another type", expected, got }];
  });
  if (problems.length > 0) throw new CheckpointError(`the weights of ${where}`, problems);
}
