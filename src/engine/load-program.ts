/** @file Artifacts of one program, read and run: by the interpreter, or on a plugin's device. */
import { join } from "node:path";
import {
  ArtifactError,
  changedFiles,
  type OpenFiles,
  openProgramArtifact,
  type ProgramManifest,
  readChecked,
  sinceChecked,
} from "../artifact/index.js";
import type { TracedProgram } from "../dsl/index.js";
import { deserializePortable } from "../ir/bytecode/index.js";
import type { Interface } from "../program/index.js";
import { type Checkpoint, openSafetensors } from "../weights/index.js";
import {
  compile,
  type CompiledFunction,
  type CompileOptions,
  type GivenParameters,
  COMPILE_OPTIONS,
} from "./compile/index.js";
import { programOf } from "./stablehlo-program.js";
import { checkOptions } from "../support/options.js";

/** A program of an artifact. Close it when its weights have been read. */
export interface OpenProgram extends AsyncDisposable {
  readonly program: TracedProgram;
  /** Its parameters by their names, held against their hash: the very file, whatever lies there later; undefined where it has none. */
  readonly parameters: Checkpoint | undefined;
  close(): Promise<void>;
}

/**
 * Opens an artifact that `exportProgram` wrote, a folder or a .zip; every file is held against its hash.
 * @throws ArtifactError when it is none, is damaged, or holds a model; BytecodeError; VerifyError
 */
export async function openProgram(path: string): Promise<OpenProgram> {
  const artifact = await openProgramArtifact(path);
  const { manifest, close } = artifact;
  try {
    const changed = await changedFiles(artifact, { hashes: () => true });
    if (changed.length > 0) throw new ArtifactError(path, changed);
    const { module } = deserializePortable(await readChecked(artifact, manifest.program));
    const program = programOf(module, manifest.name);
    checkInterface(path, program, manifest);
    const { updatedParameters, weights } = manifest;
    const parameters = weights === undefined ? undefined : await openParameters(artifact, weights);
    const closeAll = async () => {
      await parameters?.close();
      await close();
    };
    return {
      program: { ...program, name: manifest.name, updatedParameters },
      parameters,
      close: closeAll,
      [Symbol.asyncDispose]: closeAll,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws ArtifactError when it is not the file that was held against its hash; CheckpointError */
async function openParameters(
  { where, folder, manifest }: OpenFiles<ProgramManifest>,
  weights: string,
): Promise<Checkpoint> {
  const found = await openSafetensors(join(folder, weights));
  const changed = await sinceChecked(manifest, weights, found.file);
  if (changed === undefined) return { ...found, where: found.path };
  await found.close();
  throw new ArtifactError(where, [{ subject: weights, ...changed }]);
}

/** @throws ArtifactError for a manifest that speaks of other tensors than the program */
function checkInterface(where: string, program: Interface, manifest: Omit<Interface, "name">): void {
  const [got, expected] = [manifest, program].map(({ arguments: args, results }) =>
    [...args, ...results].map(
      ({ role, name, elementType, dimensions }) =>
        `${role} ${name}: ${elementType} [${dimensions.join(", ")}]`,
    ),
  );
  const at = expected!.findIndex((text, i) => text !== got![i]);
  if (at < 0 && expected!.length === got!.length) return;
  throw new ArtifactError(where, [
    {
      subject: "manifest.json",
      problem: "the program takes or gives something else",
      expected: expected![at] ?? `${expected!.length} arguments and results`,
      got: got![at] ?? `${got!.length}`,
    },
  ]);
}

/**
 * Compiles the program of an artifact, with the parameters that lie beside it unless others are given:
 *
 *     await using cell = await loadProgram("cell", { plugin: "cpu" });
 *     const { y } = await cell({ x, h0 });
 *
 * @throws what `openProgram` and `compile` throw
 */
export async function loadProgram(
  path: string,
  options: CompileOptions & { readonly parameters?: GivenParameters } = {},
): Promise<CompiledFunction<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>> {
  checkOptions("loadProgram", options, { ...COMPILE_OPTIONS, parameters: true });
  await using artifact = await openProgram(path);
  const parameters = options.parameters ?? artifact.parameters;
  const program = artifact.program as TracedProgram<
    object,
    Readonly<Record<string, unknown>>,
    Readonly<Record<string, unknown>>
  >;
  // Until it is compiled: the file of the parameters may lie in an unpacked archive.
  return await (parameters === undefined
    ? compile(program, options)
    : compile(program, { ...options, parameters }));
}
