/** @file The programs of an artifact: which ones a session can ask for, lowered and written as portable artifacts. */
import type { ArtifactContent, ManifestProgram } from "../artifact/index.js";
import { deserializePortable, serializePortable } from "../ir/bytecode/index.js";
import { printModule } from "../ir/text/index.js";
import type { ConfiguredModel } from "../model/index.js";
import type { PassCallback } from "../passes/index.js";
import type { Signature } from "../runtime-pjrt/index.js";
import {
  exportedSamplers,
  type ProgramKey,
  SAMPLER_KIND,
  type SamplerKey,
  sessionPrograms,
} from "../serving/index.js";
import { type WaitOptions, waitInSteps } from "../support/wait.js";
import type { LoweringOptions } from "../targets/index.js";
import type { ComputeDType } from "../weights/index.js";
import { Family, lowerProgram } from "./family.js";
import type { LoweredProgram } from "./lowered-program.js";
import { samplerProgram } from "./sampler-program.js";

/** What decides the programs of an artifact. */
export interface ExportedPrograms extends LoweringOptions, WaitOptions {
  readonly model: ConfiguredModel;
  readonly dtype: ComputeDType;
  readonly batch: number;
  /** The longest piece in which prompts are read, in tokens. */
  readonly chunk: number;
  /** Whether there is a program with the logits of all positions. */
  readonly score?: boolean | undefined;
  /** Whether there are programs that draw tokens; without them the host draws, which reads all logits of a step. Default: true. */
  readonly samplers?: boolean | undefined;
  /** Whether the programs are also written as text. */
  readonly text?: boolean | undefined;
  /** Default: the lowest version that can express a program and every plugin in use reads. */
  readonly stablehloVersion?: string | undefined;
  readonly onPass?: PassCallback | undefined;
}

/** A program of an artifact, and what a plugin must know to compile it. */
export interface ExportedProgram {
  readonly content: ArtifactContent["programs"][number];
  readonly signature: Signature;
}

/** `prefill_1x64`: the name of a program, and of its files. */
const nameOf = ({ kind, batch, time }: ProgramKey): string => `${kind}_${batch}x${time}`;

/** `sampler_1_cut_adjusted`: by what it does beside drawing. */
const samplerName = ({ batch, topK, bias, logprobs }: SamplerKey): string =>
  [
    `${SAMPLER_KIND}_${batch}`,
    ...(topK ? ["cut"] : []),
    ...(bias ? ["adjusted"] : []),
    ...(logprobs === undefined ? [] : ["logprobs"]),
  ].join("_");

/**
 * Lowers all programs of a model, and those that draw tokens. What prepares weights for them comes first, one program for all.
 * @param onProgram is told the name of each program before it is lowered
 * @throws VerifyError; PortabilityError when the StableHLO version asked for cannot express a program; UsageError for an unknown one;
 * AbortedError between two programs
 */
export async function exportPrograms(
  options: ExportedPrograms,
  onProgram?: (name: string) => void,
): Promise<readonly ExportedProgram[]> {
  const { model, dtype, batch, chunk, samplers: draws = true } = options;
  const keys = sessionPrograms(model.generation, { batch, chunk }, options);
  function* traced() {
    for (const key of keys) {
      onProgram?.(nameOf(key));
      yield model.program({ ...key, dtype });
    }
  }
  const left = waitInSteps("lowering", options);
  const programs = await new Family(options, options.onPass).lowerInTurns(traced(), left);
  const samplers = draws ? exportedSamplers(batch, model.generation.vocabSize) : [];
  const preparations = new Set(programs.flatMap((program) => program.preparations));
  return [
    ...[...preparations].map((program) =>
      write(program, { name: program.name, kind: "prepare", batch: 0, time: 0 }, options),
    ),
    ...programs.map((program, i) => {
      // One, since all are lowered in one go and in one precision.
      const [prepare] = program.preparations;
      const key = keys[i]!;
      const needs = prepare === undefined ? {} : { prepare: prepare.name };
      return write(program, { ...key, name: nameOf(key), ...needs }, options);
    }),
    ...samplers.map((key) => {
      left();
      const name = samplerName(key);
      onProgram?.(name);
      const program = lowerProgram(samplerProgram(key, model.generation.vocabSize), options, options.onPass);
      return write(program, { name, kind: SAMPLER_KIND, batch, time: 1 }, options);
    }),
  ];
}

function write(
  lowered: LoweredProgram,
  description: Pick<ManifestProgram, "name" | "kind" | "batch" | "time" | "prepare">,
  { stablehloVersion: targetVersion, text }: ExportedPrograms,
): ExportedProgram {
  // Where operations come from would make equal models of different folders different bytes.
  const bytecode = serializePortable(lowered.module, { locations: false, targetVersion });
  const content = {
    ...description,
    bytecode,
    ...(text === true ? { text: printModule(lowered.module) } : {}),
    stablehlo: deserializePortable(bytecode, { verify: false }).version,
    arguments: [...lowered.arguments],
    results: [...lowered.results],
  };
  return { content, signature: lowered };
}
