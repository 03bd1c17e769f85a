/** @file Parameters of a program from files: by their paths, or by names that the caller says. */
import { stat } from "node:fs/promises";
import type { Argument } from "../../program/index.js";
import { UsageError } from "../../support/errors.js";
import {
  bindWeights,
  type Checkpoint,
  type FloatType,
  openCheckpoint,
  openStore,
  type Parameter,
  type TensorNames,
} from "../../weights/index.js";

/** Tensors by name, wherever they are. */
type Tensors = Pick<Checkpoint, "where" | "tensors">;

/** Opens what is at a path for as long as `use` takes: a folder of weights, or one file of them. */
async function withTensors<T>(path: string, use: (tensors: Tensors) => Promise<T>): Promise<T> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) {
    await using checkpoint = await openCheckpoint(path);
    return await use(checkpoint);
  }
  await using store = await openStore(path);
  return await use({ where: path, tensors: store.tensors });
}

const floats: readonly string[] = ["f32", "bf16", "f16"] satisfies readonly FloatType[];

/**
 * Reads parameters one at a time, in the types that the program wants; tensors that it does not want are left.
 * @param nameOf what the tensor of a parameter is called
 * @throws CheckpointError with all that are missing, or of another shape; UsageError for parameters of a type that is not read from checkpoints
 */
export async function readParameters(
  source: string | Tensors,
  wanted: readonly Argument[],
  nameOf: (path: string) => string,
  take: (argument: Argument, bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  if (typeof source === "string") {
    await withTensors(source, (tensors) => readParameters(tensors, wanted, nameOf, take));
    return;
  }
  const odd = wanted.find(({ elementType }) => !floats.includes(elementType));
  if (odd !== undefined) {
    throw new UsageError({
      message: `parameter "${odd.name}" cannot be read from a checkpoint`,
      expected: floats.join(", "),
      got: odd.elementType,
      hint: "give it in the call, or all parameters by name",
    });
  }
  const parameters = wanted.map(({ name, dimensions }): Parameter => ({ path: name, shape: dimensions }));
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
    await take(argument, await bound.get(name)!.readAs(elementType as FloatType));
  }
}
