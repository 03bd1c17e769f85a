/** @file An artifact in numbers, for people and programs that want to know what it is before they run it. */
import { stat } from "node:fs/promises";
import { elementCount, hostBytes } from "../runtime-pjrt/index.js";
import type { Problem } from "../support/problems.js";
import { type WaitOptions, waitInSteps, WAIT_OPTIONS } from "../support/wait.js";
import { plannedMemory, type PlannedMemory } from "./check.js";
import { changedFiles, extraFiles } from "./files.js";
import type { ArgumentRole } from "../program/interface.js";
import type { Manifest, ManifestProgram, WeightsIndex } from "./manifest.js";
import { madeHere as madeHereOf } from "./executables.js";
import { openAny } from "./open.js";
import type { ProgramManifest } from "./program/manifest.js";
import { readKeyName } from "./keys.js";
import { type SignatureState, signatureProblems } from "./signature.js";
import { weightsProblems } from "./weights.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** What an artifact is; sizes are bytes. */
export interface ArtifactDescription
  extends Pick<
    Manifest,
    | "name"
    | "schemaVersion"
    | "tools"
    | "target"
    | "dtype"
    | "model"
    | "generation"
    | "batch"
    | "chunk"
    | "tokenizer"
    | "files"
  > {
  readonly kind: "artifact";
  readonly path: string;
  readonly form: "folder" | "archive";
  /** Numbers in the weights. */
  readonly parameters: number;
  /** Of all sequences together. */
  readonly stateBytes: number;
  readonly programs: readonly (Omit<ManifestProgram, "arguments" | "results"> & {
    readonly bytes: number;
    /** How many arguments of each role. */
    readonly arguments: Readonly<Record<ArgumentRole, number>>;
    readonly results: number;
  })[];
  readonly compiled: readonly (Omit<Manifest["compiled"][number], "executables"> & {
    readonly programs: readonly string[];
    readonly bytes: number;
    /** Whether this machine made them, so that they are loaded unasked. */
    readonly madeHere: boolean;
    /** What the program that takes most device memory takes. */
    readonly memory: PlannedMemory | undefined;
  })[];
  readonly weights: Omit<WeightsIndex, "tensors" | "layouts"> & {
    readonly bytes: number;
    readonly tensors: number;
    readonly dtypes: readonly string[];
  };
  /** Whose signature it has. */
  readonly signature: SignatureState;
  /** Whether every byte was looked at. */
  readonly verified: boolean;
  /** What is missing, changed or too much. */
  readonly problems: readonly Problem[];
}

/** What an artifact of one program is; sizes are bytes. */
export interface ProgramArtifactDescription
  extends Omit<ProgramManifest, "format">,
    Pick<ArtifactDescription, "path" | "form" | "signature" | "verified" | "problems"> {
  readonly kind: "program artifact";
}

export interface DescribeOptions extends WaitOptions {
  readonly verify?: boolean | undefined;
  /** File of the Ed25519 public key (PEM) that must have signed it. */
  readonly publicKey?: string | undefined;
  /** Where the key of this machine lies. Default: `trust` in the cache folder. */
  readonly keyFolder?: string | undefined;
  readonly onBytes?: ((phase: "unpack" | "verify", bytes: number, totalBytes: number) => void) | undefined;
}

export const DESCRIBE_OPTIONS: OptionNames<DescribeOptions> = {
  ...WAIT_OPTIONS,
  verify: true,
  publicKey: true,
  keyFolder: true,
  onBytes: true,
};

/**
 * Describes an artifact and looks for its files, by name and size, or by every byte.
 * @throws ArtifactError when it has no manifest, or one that cannot be read; UsageError for a file that is no public key; AbortedError
 */
export async function describeArtifact(
  path: string,
  options: DescribeOptions = {},
): Promise<ArtifactDescription | ProgramArtifactDescription> {
  checkOptions("describeArtifact", options, DESCRIBE_OPTIONS);
  const { verify = false, publicKey, keyFolder, onBytes, ...wait } = options;
  const key = publicKey === undefined ? undefined : await readKeyName(publicKey);
  const left = waitInSteps(`reading ${path}`, wait);
  const told =
    (phase: "unpack" | "verify") =>
    (bytes: number, totalBytes: number): void => {
      left();
      onBytes?.(phase, bytes, totalBytes);
    };
  await using artifact = await openAny(path, { onUnpack: told("unpack") });
  const { signature } = artifact;
  const hashing = { hashes: () => verify, onBytes: told("verify") };
  const found = [
    ...signatureProblems(signature, key),
    ...(await changedFiles(artifact, verify ? hashing : {})),
    ...(verify ? await extraFiles(artifact) : []),
  ];
  const form = (await stat(path)).isDirectory() ? "folder" : "archive";
  if (!("weightsFolder" in artifact)) {
    const { format: _, ...described } = artifact.manifest;
    return {
      kind: "program artifact",
      ...{ path, form, ...described },
      ...{ signature, verified: verify, problems: found },
    };
  }
  const { manifest } = artifact;
  const { layouts: _layouts, ...weights } = artifact.weights;
  const made = await madeHereOf(manifest, keyFolder);
  const elsewhere = weights.location === "reference" ? await weightsProblems(artifact) : [];
  const { programs, compiled, weights: _, format: _format, ...rest } = manifest;
  const sizes = new Map(manifest.files.map((file) => [file.path, file.bytes]));
  return {
    kind: "artifact",
    path,
    form,
    ...rest,
    parameters: weights.tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    stateBytes: stateBytes(manifest),
    programs: programs.map((program) => ({
      ...program,
      bytes: sizes.get(program.file) ?? 0,
      arguments: countRoles(program),
      results: program.results.length,
    })),
    compiled: compiled.map((one, i) => describeCompiled(one, manifest, sizes, made[i]!)),
    weights: {
      ...weights,
      bytes: weights.files.reduce((sum, { bytes }) => sum + bytes, 0),
      tensors: weights.tensors.length,
      dtypes: [...new Set(weights.tensors.map(({ dtype }) => dtype))],
    },
    signature,
    verified: verify,
    problems: [...found, ...elsewhere],
  };
}

const countRoles = ({ arguments: list }: ManifestProgram): Record<ArgumentRole, number> => {
  const count = (role: ArgumentRole) => list.filter((argument) => argument.role === role).length;
  return {
    input: count("input"),
    parameter: count("parameter"),
    state: count("state"),
    prepared: count("prepared"),
  };
};

/** What the decode program takes and gives back. */
function stateBytes({ programs, generation }: Manifest): number {
  const decode = programs.find(({ kind }) => kind === generation.programs.decode);
  return (decode?.arguments ?? [])
    .filter(({ role }) => role === "state")
    .reduce((sum, { dimensions, elementType }) => sum + hostBytes({ elementType, dimensions }), 0);
}

function describeCompiled(
  { executables, ...rest }: Manifest["compiled"][number],
  manifest: Manifest,
  sizes: ReadonlyMap<string, number>,
  madeHere: boolean,
): ArtifactDescription["compiled"][number] {
  return {
    ...rest,
    programs: Object.keys(executables),
    madeHere,
    bytes: Object.values(executables).reduce((sum, { file }) => sum + (sizes.get(file) ?? 0), 0),
    memory: plannedMemory({ ...manifest, compiled: [{ ...rest, executables }] })[0],
  };
}
