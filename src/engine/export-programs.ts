/** @file The programs of an artifact: which ones a session can ask for, lowered and written as portable artifacts. */
import type { ArtifactContent, ManifestProgram } from "../artifact/index.js";
import { deserializePortable, serializePortable } from "../ir/bytecode/index.js";
import { printModule } from "../ir/text/index.js";
import type { ConfiguredModel } from "../model/index.js";
import type { PassCallback } from "../passes/index.js";
import type { Signature } from "../runtime-pjrt/index.js";
import {
  checkTokensPerCall,
  exportedSamplers,
  LOOP_KIND,
  type ProgramKey,
  SAMPLER_KIND,
  type SamplerKey,
  sessionPrograms,
} from "../serving/index.js";
import type { OptionNames } from "../support/options.js";
import { WAIT_OPTIONS, type WaitOptions, waitInSteps } from "../support/wait.js";
import type { LoweringOptions } from "../targets/index.js";
import { LOWERING_OPTIONS, loweringOf } from "../targets/options.js";
import type { ComputeDType } from "../weights/index.js";
import { Family, lowerProgram } from "./family.js";
import type { LoweredProgram } from "./lowered-program.js";
import { loopProgram } from "./loop-program.js";
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
  /**
   * Tokens of each row that one call makes, where there are programs that make several: one for the best tokens, and where samplers are exported
   * one for each way to draw; they cost an artifact of nine layers 100 kB each. Default: 1, there are none.
   */
  readonly tokensPerCall?: number | undefined;
  /** Whether the programs are also written as text. */
  readonly text?: boolean | undefined;
  /** Default: the lowest version that can express a program and every plugin in use reads. */
  readonly stablehloVersion?: string | undefined;
  readonly onPass?: PassCallback | undefined;
}

export const EXPORTED_PROGRAMS: OptionNames<ExportedPrograms> = {
  ...LOWERING_OPTIONS,
  ...WAIT_OPTIONS,
  model: true,
  dtype: true,
  batch: true,
  chunk: true,
  score: true,
  samplers: true,
  tokensPerCall: true,
  text: true,
  stablehloVersion: true,
  onPass: true,
};

/** A program of an artifact, and what a plugin must know to compile it. */
export interface ExportedProgram {
  readonly content: ArtifactContent["programs"][number];
  readonly signature: Signature;
}

/** `prefill_1x64`: the name of a program, and of its files. */
const nameOf = ({ kind, batch, time }: ProgramKey): string => `${kind}_${batch}x${time}`;

/** `sampler_1_cut_adjusted`: by what it does beside drawing. */
const samplerName = ({ topK, bias, logprobs }: SamplerKey, name: string): string =>
  [
    name,
    ...(topK ? ["cut"] : []),
    ...(bias ? ["adjusted"] : []),
    ...(logprobs === undefined ? [] : ["logprobs"]),
  ].join("_");

/** A program of an artifact before it is written. */
interface Described {
  readonly lowered: LoweredProgram;
  readonly description: Pick<ManifestProgram, "name" | "kind" | "batch" | "time" | "prepare">;
}

/** Samplers as they stand in loops, which are not told which tokens rows may have. */
const loopSamplers = (samplers: readonly SamplerKey[]): readonly SamplerKey[] =>
  samplers.map((key) => ({ ...key, allowed: false }));

/** Lowers the programs that draw tokens. */
const drawing = (
  keys: readonly SamplerKey[],
  options: ExportedPrograms,
  onProgram: (name: string) => void,
): readonly Described[] =>
  keys.map((key) => {
    const name = samplerName(key, `${SAMPLER_KIND}_${key.batch}`);
    onProgram(name);
    const lowered = lowerProgram(
      samplerProgram(key, options.model.generation.vocabSize),
      loweringOf(options),
      options.onPass,
    );
    return { lowered, description: { name, kind: SAMPLER_KIND, batch: key.batch, time: 1 } };
  });

/** Lowers the programs that make several tokens in one call: the best ones, and drawn ones. */
function looping(
  decode: LoweredProgram,
  samplers: readonly SamplerKey[],
  options: ExportedPrograms & { readonly tokensPerCall: number },
  onProgram: (name: string) => void,
): readonly Described[] {
  const { model, batch, tokensPerCall: steps } = options;
  const [prepare] = decode.preparations;
  const needs = prepare === undefined ? {} : { prepare: prepare.name };
  return [undefined, ...loopSamplers(samplers)].map((key) => {
    const own = `${LOOP_KIND}_${batch}x${steps}`;
    const name = key === undefined ? own : samplerName(key, `${own}_drawn`);
    onProgram(name);
    const sampler =
      key &&
      lowerProgram(samplerProgram(key, model.generation.vocabSize), loweringOf(options), options.onPass);
    const lowered = loopProgram({ decode, sampler, model: model.generation, batch, steps });
    return { lowered, description: { name, kind: LOOP_KIND, batch, time: steps, ...needs } };
  });
}

/**
 * Lowers all programs of a model, those that draw tokens, and those that make several in one call. What prepares weights for them comes first, one
 * program for all.
 * @param onProgram is told the name of each program before it is lowered
 * @throws VerifyError; PortabilityError when the StableHLO version asked for cannot express a program; UsageError for an unknown one, and for
 * more tokens a call than there are programs for; AbortedError between two programs
 */
export async function exportPrograms(
  options: ExportedPrograms,
  onProgram?: (name: string) => void,
): Promise<readonly ExportedProgram[]> {
  const { model, dtype, batch, chunk, samplers: draws = true, tokensPerCall = 1 } = options;
  checkTokensPerCall(tokensPerCall);
  const keys = sessionPrograms(model.generation, { batch, chunk }, options);
  function* traced() {
    for (const key of keys) {
      onProgram?.(nameOf(key));
      yield model.program({ ...key, dtype });
    }
  }
  const left = waitInSteps("lowering", options);
  const programs = await new Family(loweringOf(options), options.onPass).lowerInTurns(traced(), left);
  const samplers = draws ? exportedSamplers(batch, model.generation.vocabSize) : [];
  const preparations = new Set(programs.flatMap((program) => program.preparations));
  const decode = programs[keys.findIndex(({ kind }) => kind === model.generation.programs.decode)]!;
  const next = (name: string): void => {
    left();
    onProgram?.(name);
  };
  const all: readonly Described[] = [
    ...[...preparations].map((lowered) => ({
      lowered,
      description: { name: lowered.name, kind: "prepare", batch: 0, time: 0 },
    })),
    ...programs.map((lowered, i) => {
      // One, since all are lowered in one go and in one precision.
      const [prepare] = lowered.preparations;
      const key = keys[i]!;
      const needs = prepare === undefined ? {} : { prepare: prepare.name };
      return { lowered, description: { ...key, name: nameOf(key), ...needs } };
    }),
    ...drawing(samplers, options, next),
    ...(tokensPerCall === 1 ? [] : looping(decode, samplers, { ...options, tokensPerCall }, next)),
  ];
  return all.map(({ lowered, description }) => write(lowered, description, options));
}

function write(
  lowered: LoweredProgram,
  description: Described["description"],
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
