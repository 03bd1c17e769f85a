/** @file The weights of an artifact: described at export, found again and checked before they are read. */
import { type FileHandle, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Problem } from "../support/problems.js";
import {
  type BoundWeights,
  bindWeights,
  type Checkpoint,
  CheckpointError,
  type ComputeDType,
  openWeightsAt,
  openSafetensors,
  type OtherLayout,
  type Parameter,
  type SafetensorsFile,
  type StoredTensor,
  type TensorNames,
  type TensorPlace,
  type TensorView,
} from "../weights/index.js";
import { ArtifactError } from "./errors.js";
import { sinceChecked } from "./known-files.js";
import type { WeightsIndex } from "./manifest.js";
import type { OpenArtifact } from "./open.js";

/** The weights of a model folder as an artifact's index holds them, but for where the files are. */
export interface DescribedWeights {
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly tensors: WeightsIndex["tensors"];
  readonly ignored: WeightsIndex["ignored"];
  readonly layouts?: WeightsIndex["layouts"];
}

/** The weights that a model wants, and what they are called in its checkpoints. */
export interface WantedWeights {
  readonly parameters: readonly Parameter[];
  readonly names: TensorNames;
}

/** Describes what is stored of the wanted parameters. @throws CheckpointError with everything that does not fit */
export async function describeWeights(
  checkpoint: Checkpoint,
  wanted: WantedWeights,
): Promise<DescribedWeights> {
  const { parameters, names } = wanted;
  checkFormat(checkpoint);
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
  return { files: await Promise.all(sizes), tensors, ignored: { ...names.ignored }, ...layoutsOf(wanted) };
}

/** An artifact names places in safetensors files. @throws CheckpointError for weights in another format */
function checkFormat({ where, format = "safetensors" }: Checkpoint): void {
  if (format === "safetensors") return;
  const copied = "or copy them into the artifact (--with-weights), as safetensors";
  const hint = `griffin convert ${where} ${join(where, "model.safetensors")}; ${copied}`;
  throw new CheckpointError(
    where,
    [{ subject: "weights", problem: "an artifact cannot name them", expected: "safetensors", got: format }],
    hint,
  );
}

/** The wanted parameters of a configuration that comes without weights. */
export function describeMissingWeights(wanted: WantedWeights, dtype: ComputeDType): DescribedWeights {
  const { parameters, names } = wanted;
  const tensors = parameters.map((parameter) => {
    const { name, shape } = names.nameOf(parameter);
    const dimensions = [...parameter.shape];
    return { parameter: parameter.path, name, file: "", dtype, shape: [...shape], dimensions };
  });
  return { files: [], tensors, ignored: { ...names.ignored }, ...layoutsOf(wanted) };
}

/** Where parameters lie under the other names that the model's checkpoints may have. */
function layoutsOf({ parameters, names }: WantedWeights): Pick<DescribedWeights, "layouts"> {
  if (names.others === undefined) return {};
  const layouts = Object.entries(names.others).map(([layout, others]) => {
    const tensors = parameters.map((parameter) => {
      const { name, shape, view } = others.nameOf(parameter);
      return { name, shape: [...shape], ...view };
    });
    return [layout, { tensors, ignored: { ...others.ignored } }] as const;
  });
  return { layouts: Object.fromEntries(layouts) };
}

/** Weights found: by parameter path, readable until they are closed. */
export interface ArtifactWeights extends BoundWeights, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * Opens the files of an artifact's weights; no tensor is read yet.
 * @param given weights to take instead of those that the artifact names: a model folder, a file, or an orbax folder, of any format
 * @throws ArtifactError with everything that is missing or has changed, also when the artifact has no weights and none are
 * given; CheckpointError for given ones that do not fit
 */
export async function openWeights(artifact: OpenArtifact, given?: string): Promise<ArtifactWeights> {
  const { where, weights } = artifact;
  if (given !== undefined) return bind(await openWeightsAt(given), weights);
  const found = await findWeights(artifact);
  if (found.problems.length === 0) return bind({ where, ...found }, weights);
  await found.close();
  throw new ArtifactError(where, found.problems);
}

/** Everything that is missing or has changed of an artifact's weights; their bytes are not looked at. */
export async function weightsProblems(artifact: OpenArtifact, given?: string): Promise<readonly Problem[]> {
  if (given === undefined) {
    const { problems, close } = await findWeights(artifact);
    await close();
    return problems;
  }
  try {
    await using _ = await openWeights(artifact, given);
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
function namesOf({ tensors, ignored, layouts = {} }: WeightsIndex): TensorNames {
  const wanted = tensors.map(({ parameter, dimensions }) => ({ path: parameter, shape: dimensions }));
  const others = Object.entries(layouts).map(([layout, { tensors: places, ignored: reasons }]) => [
    layout as OtherLayout,
    namesBy(
      wanted,
      places.map(({ name, shape, ...view }) => ({ name, shape, view: view as TensorView })),
      reasons,
    ),
  ]);
  return { ...namesBy(wanted, tensors, ignored), others: Object.fromEntries(others) };
}

/** Names of `wanted` where each lies in the tensor of the same index. */
function namesBy(
  wanted: readonly Parameter[],
  places: readonly TensorPlace[],
  ignored: Readonly<Record<string, string>>,
): TensorNames {
  const byPath = new Map(wanted.map(({ path }, i) => [path, places[i]!]));
  const byName = new Map(wanted.map((parameter, i) => [places[i]!.name, parameter]));
  return { nameOf: ({ path }) => byPath.get(path)!, pathOf: ({ name }) => byName.get(name), ignored };
}

interface FoundWeights {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly problems: readonly Problem[];
  close(): Promise<void>;
}

/** The tensors in the files that the index names, and what does not agree with the index. */
async function findWeights({ manifest, weights, weightsFolder }: OpenArtifact): Promise<FoundWeights> {
  if (weightsFolder === undefined)
    return { tensors: new Map(), problems: [NO_WEIGHTS], close: async () => {} };
  const problems: Problem[] = [];
  const opened = new Map<string, SafetensorsFile>();
  const opening = async (name: string, path: string): Promise<SafetensorsFile> => {
    const file = await openSafetensors(path);
    opened.set(name, file);
    return file;
  };
  for (const { name, bytes } of weights.files) {
    const path = join(weightsFolder, name);
    try {
      const { file } = await opening(name, path);
      const { size } = await (file as FileHandle).stat();
      if (size !== bytes)
        problems.push({ subject: path, problem: CHANGED, expected: `${bytes} bytes`, got: `${size} bytes` });
      const isInside = weights.location === "copied";
      const changed = isInside && (await sinceChecked(manifest, `${weights.folder}/${name}`, file));
      if (changed) problems.push({ subject: path, ...changed });
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
