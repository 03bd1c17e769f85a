/** @file The programs of an artifact: which ones a session can ask for, lowered and written as portable artifacts. */
import type { ArtifactContent, ManifestProgram } from "../artifact/index.js";
import { deserializePortable, serializePortable } from "../ir/bytecode/index.js";
import { printModule } from "../ir/text/index.js";
import type { ConfiguredModel } from "../model/index.js";
import type { PassCallback } from "../passes/index.js";
import type { Signature } from "../runtime-pjrt/index.js";
import { type ProgramKey, sessionPrograms } from "../serving/index.js";
import type { LoweringOptions } from "../targets/index.js";
import type { FloatType } from "../weights/index.js";
import { type LoweredProgram, lowerProgram, preparationId } from "./lower.js";

/** What decides the programs of an artifact. */
export interface ExportedPrograms extends LoweringOptions {
  readonly model: ConfiguredModel;
  readonly dtype: FloatType;
  readonly batch: number;
  /** The longest piece in which prompts are read, in tokens. */
  readonly chunk: number;
  /** Whether there is a program with the logits of all positions. */
  readonly score?: boolean | undefined;
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

/**
 * Lowers all programs of a model. What prepares weights for them comes first, once for those that prepare the same.
 * @param onProgram is told the name of each program before it is lowered
 * @throws VerifyError; PortabilityError when the StableHLO version asked for cannot express a program; UsageError for an unknown one
 */
export function exportPrograms(
  options: ExportedPrograms,
  onProgram?: (name: string) => void,
): readonly ExportedProgram[] {
  const { model, dtype, batch, chunk } = options;
  const preparing = new Map<string, ExportedProgram>();
  const programs = sessionPrograms(model.generation, { batch, chunk }, options).map((key) => {
    const name = nameOf(key);
    onProgram?.(name);
    const traced = model.program({ ...key, dtype });
    const lowered = lowerProgram(traced, { ...options, prepare: options.prepare ?? true }, options.onPass);
    const prepare = lowered.prepare && shared(preparing, lowered.prepare, options);
    return write(lowered, { ...key, name, ...(prepare === undefined ? {} : { prepare }) }, options);
  });
  return [...preparing.values(), ...programs];
}

/** The name of the preparing program that is equal to this one, which is added if there is none. */
function shared(
  known: Map<string, ExportedProgram>,
  prepare: LoweredProgram,
  options: ExportedPrograms,
): string {
  const id = preparationId(prepare);
  const name = known.get(id)?.content.name ?? (known.size === 0 ? "prepare" : `prepare_${known.size + 1}`);
  if (!known.has(id)) known.set(id, write(prepare, { name, kind: "prepare", batch: 0, time: 0 }, options));
  return name;
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
