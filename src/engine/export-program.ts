/** @file A program alone exported: lowered, written as an artifact with its parameters beside. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkTarget,
  type PlaceOptions,
  type ProgramManifest,
  SigningKey,
  writeProgram,
  type WrittenFile,
} from "../artifact/index.js";
import type { TracedProgram } from "../dsl/index.js";
import { deserializePortable, serializePortable } from "../ir/bytecode/index.js";
import { statedPrecision } from "../ir/precision.js";
import { printModule } from "../ir/text/index.js";
import { UsageError } from "../support/errors.js";
import { waitInSteps } from "../support/wait.js";
import { makeWorkFolder } from "../support/work-folder.js";
import { inFirstWritable } from "../support/writable.js";
import { defaultTarget, type LoweringOptions, resolveTarget } from "../targets/index.js";
import { isStoredType, type TensorData, writeSafetensors } from "../weights/index.js";
import { checkNames } from "./compile/bind-arguments.js";
import { type GivenParameters, takeParameters } from "./compile/index.js";
import { lowerProgram } from "./family.js";
import { PLACE_OPTIONS } from "../artifact/write.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { LOWERING_WITHOUT_PREPARE, loweringOf } from "../targets/options.js";
import { checkProgram } from "../program/index.js";
import { expectGiven } from "../support/given.js";

/** How a program is exported. */
export interface ProgramExportOptions extends Omit<LoweringOptions, "prepare">, PlaceOptions {
  /** Its parameters, which are written beside it. Default: who runs it gives them. */
  readonly parameters?: GivenParameters | undefined;
  /** What a tensor of a checkpoint is called, by the parameter's path; the same unless said. */
  readonly nameOf?: ((path: string) => string) | undefined;
  /** Whether the program is also written as text. */
  readonly text?: boolean | undefined;
  /** Default: the lowest version that can express it and every plugin in use reads. */
  readonly stablehloVersion?: string | undefined;
  /** File of an Ed25519 private key (PEM) that signs the manifest. */
  readonly sign?: string | undefined;
  /** Versions of tools to note, by name. */
  readonly tools?: Readonly<Record<string, string>> | undefined;
}

export const PROGRAM_EXPORT_OPTIONS: OptionNames<ProgramExportOptions> = {
  ...LOWERING_WITHOUT_PREPARE,
  ...PLACE_OPTIONS,
  parameters: true,
  nameOf: true,
  text: true,
  stablehloVersion: true,
  sign: true,
  tools: true,
};

/** What was exported: the manifest without its list of files, and the files, the largest first. */
export interface ProgramExportSummary extends Pick<ProgramManifest, "arguments" | "results" | "stablehlo"> {
  readonly files: readonly WrittenFile[];
}

/**
 * Exports a program as an artifact at `path`, a folder or a .zip, which holds what it held before until the new one is whole. `loadProgram` runs it
 * by names; its portable program and its safetensors file are for other tools, too.
 *
 *     await exportProgram(cell, "cell", { parameters: { gate, candidate } });
 *
 * @throws UsageError when `path` is not to be replaced, for parameters that do not fit and for two arguments of a name; CheckpointError;
 * VerifyError; PortabilityError when the StableHLO version asked for cannot express it; AbortedError
 */
export async function exportProgram(
  program: TracedProgram,
  path: string,
  options: ProgramExportOptions = {},
): Promise<ProgramExportSummary> {
  checkOptions("exportProgram", options, PROGRAM_EXPORT_OPTIONS);
  checkProgram("exportProgram", program);
  expectGiven(typeof path === "string", path, { by: "exportProgram", what: "path", expected: "text" });
  const { zip = path.endsWith(".zip"), force = false, parameters, sign, stablehloVersion, text } = options;
  const left = waitInSteps(`exporting to ${path}`, options);
  checkNames(program);
  await checkTarget(path, { zip, force });
  const { target, name: targetName } = resolveTarget(options.target ?? defaultTarget, options.extensions);
  const signing = sign === undefined ? undefined : await SigningKey.read(sign);
  const lowered = lowerProgram(program, { ...loweringOf(options), target });
  const bytecode = serializePortable(lowered.module, { locations: false, targetVersion: stablehloVersion });
  const described = {
    stablehlo: deserializePortable(bytecode, { verify: false }).version,
    arguments: lowered.arguments,
    results: lowered.results,
  };
  const content = {
    ...{ name: program.name, target: targetName, tools: { ...options.tools }, bytecode, ...described },
    precision: statedPrecision(options.precision ?? program.precision),
    updatedParameters: program.updatedParameters ?? [],
    text: text === true ? printModule(lowered.module) : undefined,
  };
  const place = () => ({ zip, force, onProgress: options.onProgress, signing, ...left() });
  if (parameters === undefined)
    return { ...described, files: await writeProgram(path, { ...content, weights: undefined }, place()) };
  const tensors = await tensorsOf(program, parameters, options.nameOf);
  // The file is written before it is copied into the artifact, which takes files of any size.
  await using work = await inFirstWritable(
    "to write the parameters in",
    [tmpdir()],
    "set TMPDIR to a folder that can be written",
    makeWorkFolder,
  );
  const weights = join(work.path, "weights.safetensors");
  await writeSafetensors(weights, tensors);
  return { ...described, files: await writeProgram(path, { ...content, weights }, place()) };
}

/** The parameters by name. @throws UsageError for an element type that safetensors does not have; what `takeParameters` throws */
async function tensorsOf(
  program: TracedProgram,
  parameters: GivenParameters,
  nameOf: ProgramExportOptions["nameOf"],
): Promise<Readonly<Record<string, TensorData>>> {
  const tensors = new Map<string, TensorData>();
  await takeParameters(program, parameters, { nameOf }, async (argument, data) => {
    const { name, elementType: dtype, dimensions: shape } = argument;
    if (!isStoredType(dtype)) {
      throw new UsageError({
        message: `parameter "${name}" cannot be written beside the program`,
        expected: "an element type that safetensors files have",
        got: dtype,
        hint: "export it without parameters, and give them when it runs",
      });
    }
    tensors.set(name, { dtype, shape, data });
  });
  return Object.fromEntries(tensors);
}
