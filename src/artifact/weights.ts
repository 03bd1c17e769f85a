/** @file The weights of an artifact: described at export, found again and checked before they are read. */
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Problem } from "../support/problems.js";
import {
  type BoundWeights,
  bindWeights,
  type Checkpoint,
  CheckpointError,
  type ComputeDType,
  openCheckpoint,
  openSafetensors,
  type Parameter,
  type SafetensorsFile,
  type StoredTensor,
  type TensorNames,
} from "../weights/index.js";
import { ArtifactError } from "./errors.js";
import type { WeightsIndex } from "./manifest.js";
import type { OpenArtifact } from "./open.js";

/** The weights of a model folder as an artifact's index holds them, but for where the files are. */
export interface DescribedWeights {
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly tensors: WeightsIndex["tensors"];
  readonly ignored: WeightsIndex["ignored"];
}

/** The weights that a model wants, and what they are called in its checkpoints. */
export interface WantedWeights {
  readonly parameters: readonly Parameter[];
  readonly names: TensorNames;
}

/** Describes what is stored of the wanted parameters. @throws CheckpointError with everything that does not fit */
export async function describeWeights(
  checkpoint: Checkpoint,
  { parameters, names }: WantedWeights,
): Promise<DescribedWeights> {
  checkFormat(checkpoint, "; or copy them into the artifact (--with-weights), as safetensors");
  bindWeights(checkpoint, parameters, names);
  const files = new Set<string>();
  const tensors = parameters.map((parameter) => {
    const { name } = names.nameOf(parameter);
    const { dtype, shape, file = "" } = checkpoint.tensors.get(name)!;
    files.add(file);
    return {
      parameter: parameter.path,
      name,
      file: basename(file),
      dtype: dtype as ComputeDType,
      shape: [...shape],
      dimensions: [...parameter.shape],
    };
  });
  const sizes = [...files].sort().map(async (path) => ({ path, bytes: (await stat(path)).size }));
  return { files: await Promise.all(sizes), tensors, ignored: { ...names.ignored } };
}

/** An artifact names places in safetensors files. @throws CheckpointError for weights in another format */
function checkFormat({ where, format = "safetensors" }: Checkpoint, otherwise = ""): void {
  if (format === "safetensors") return;
  const hint = `griffin convert ${where} ${join(where, "model.safetensors")}${otherwise}`;
  throw new CheckpointError(
    where,
    [{ subject: "weights", problem: "an artifact cannot name them", expected: "safetensors", got: format }],
    hint,
  );
}

/** The wanted parameters of a configuration that comes without weights. */
export function describeMissingWeights(
  { parameters, names }: WantedWeights,
  dtype: ComputeDType,
): DescribedWeights {
  const tensors = parameters.map((parameter) => {
    const { name, shape } = names.nameOf(parameter);
    const dimensions = [...parameter.shape];
    return { parameter: parameter.path, name, file: "", dtype, shape: [...shape], dimensions };
  });
  return { files: [], tensors, ignored: { ...names.ignored } };
}

/** Weights found: by parameter path, readable until they are closed. */
export interface ArtifactWeights extends BoundWeights, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * Opens the files of an artifact's weights; no tensor is read yet.
 * @param folder a model folder to take instead of the one that the artifact names
 * @throws ArtifactError with everything that is missing or has changed, also when the artifact has no weights and no folder is
 * given; CheckpointError for a given folder that does not fit
 */
export async function openWeights(artifact: OpenArtifact, folder?: string): Promise<ArtifactWeights> {
  const { where, weights } = artifact;
  if (folder !== undefined) return bind(await openGiven(folder), weights);
  const found = await findWeights(artifact);
  if (found.problems.length === 0) return bind({ where, ...found }, weights);
  await found.close();
  throw new ArtifactError(where, found.problems);
}

async function openGiven(folder: string): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(folder);
  try {
    checkFormat(checkpoint);
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
  return checkpoint;
}

/** Everything that is missing or has changed of an artifact's weights; their bytes are not looked at. */
export async function weightsProblems(artifact: OpenArtifact, folder?: string): Promise<readonly Problem[]> {
  if (folder === undefined) {
    const { problems, close } = await findWeights(artifact);
    await close();
    return problems;
  }
  try {
    await using _ = await openWeights(artifact, folder);
    return [];
  } catch (error) {
    if (error instanceof CheckpointError) return error.problems;
    throw error;
  }
}

async function bind(
  checkpoint: Pick<Checkpoint, "where" | "tensors" | "close">,
  index: WeightsIndex,
): Promise<ArtifactWeights> {
  const close = () => checkpoint.close();
  const wanted = index.tensors.map(({ parameter, dimensions }) => ({ path: parameter, shape: dimensions }));
  try {
    return { ...bindWeights(checkpoint, wanted, namesOf(index)), close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What tensors are called, as the index has it. */
function namesOf({ tensors, ignored }: WeightsIndex): TensorNames {
  const byPath = new Map(tensors.map((tensor) => [tensor.parameter, tensor]));
  const byName = new Map(
    tensors.map(({ name, parameter, dimensions }) => [name, { path: parameter, shape: dimensions }]),
  );
  return {
    nameOf: ({ path }) => byPath.get(path)!,
    pathOf: ({ name }) => byName.get(name),
    ignored,
  };
}

interface FoundWeights {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly problems: readonly Problem[];
  close(): Promise<void>;
}

/** The tensors in the files that the index names, and what does not agree with the index. */
async function findWeights({ weights, weightsFolder }: OpenArtifact): Promise<FoundWeights> {
  if (weightsFolder === undefined)
    return { tensors: new Map(), problems: [NO_WEIGHTS], close: async () => {} };
  const problems: Problem[] = [];
  const opened = new Map<string, SafetensorsFile>();
  for (const { name, bytes } of weights.files) {
    const path = join(weightsFolder, name);
    try {
      opened.set(name, await openSafetensors(path));
      const { size } = await stat(path);
      if (size !== bytes)
        problems.push({ subject: path, problem: CHANGED, expected: `${bytes} bytes`, got: `${size} bytes` });
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      problems.push(...error.problems.map((problem) => ({ hint: ELSEWHERE, ...problem, subject: path })));
    }
  }
  for (const wanted of weights.tensors) {
    const file = opened.get(wanted.file);
    if (file !== undefined) problems.push(...tensorProblems(wanted, file.tensors.get(wanted.name)));
  }
  return {
    tensors: new Map([...opened.values()].flatMap((file) => [...file.tensors])),
    problems,
    close: async () => void (await Promise.all([...opened.values()].map((file) => file.close()))),
  };
}

const CHANGED = "changed since the export";

const ELSEWHERE = "if the weights lie elsewhere, give their model folder (--weights)";

const NO_WEIGHTS: Problem = {
  subject: "weights",
  problem: "exported without",
  hint: "give a model folder that has the tensors of weights.index.json (--weights)",
};

const typeText = ({ dtype, shape }: Pick<StoredTensor, "dtype" | "shape">): string =>
  `${dtype} [${shape.join(", ")}]`;

function tensorProblems(
  wanted: WeightsIndex["tensors"][number],
  tensor: StoredTensor | undefined,
): Problem[] {
  const expected = typeText(wanted);
  if (tensor === undefined)
    return [{ subject: wanted.name, problem: `no longer in ${wanted.file}`, expected }];
  const got = typeText(tensor);
  return got === expected ? [] : [{ subject: wanted.name, problem: CHANGED, expected, got }];
}
