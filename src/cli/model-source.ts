/** @file The checkpoint or the artifact that options name. */
import { artifactSource, checkpointSource, type LoweringOptions, type ModelSource } from "../engine/index.js";
import type { TrustOptions } from "../artifact/index.js";
import type { ModelDefinition } from "../model/index.js";
import type { CompileCache } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import type { FloatType } from "../weights/index.js";

/** Which model, and how its programs are made. */
export interface SourceRequest extends Omit<LoweringOptions, "target">, TrustOptions {
  /** Folder of a checkpoint; either this or an artifact. */
  readonly model?: string | undefined;
  /** Folder of an artifact, or a .zip of it. */
  readonly artifact?: string | undefined;
  /** Model folder whose weights an artifact takes instead of its own. */
  readonly weights?: string | undefined;
  /** File of the public key that must have signed an artifact. */
  readonly publicKey?: string | undefined;
  readonly dtype?: FloatType | undefined;
  /** Where compiled programs are looked for and kept. */
  readonly cache?: CompileCache | undefined;
}

/**
 * @param models those that a checkpoint may be of
 * @throws UsageError unless just one of model and artifact is given, or for an option that goes with the other; what opening it throws
 */
export async function openSource(
  request: SourceRequest,
  models: readonly ModelDefinition[],
): Promise<ModelSource> {
  const { model, artifact } = request;
  if ((model === undefined) === (artifact === undefined)) {
    throw new UsageError({
      message: model === undefined ? "no model given" : "--model and --artifact are both given",
      expected: "one of --model DIR, --artifact DIR|FILE.zip",
    });
  }
  if (model === undefined) {
    refuseCompilerOptions(request);
    return artifactSource(artifact!, models);
  }
  refuseArtifactOptions(request);
  return checkpointSource(model, models);
}

/** @throws UsageError for what only artifacts have */
function refuseArtifactOptions({ weights, publicKey, trustExecutables }: SourceRequest): void {
  if (weights !== undefined) {
    throw new UsageError({
      message: "--weights goes with --artifact",
      hint: "--model has weights of its own",
    });
  }
  const given = Object.entries({ "public-key": publicKey, "trust-executables": trustExecutables });
  const [first] = given.filter(([, value]) => value !== undefined);
  if (first === undefined) return;
  throw new UsageError({
    message: `--${first[0]} goes with --artifact`,
    hint: "a model folder has no signature and no executables",
  });
}

/** What an artifact was exported with cannot be asked for again. */
function refuseCompilerOptions({ dtype, scan, scanBlock, attention, precision }: SourceRequest): void {
  const given = Object.entries({ dtype, scan, "scan-block": scanBlock, attention, precision });
  const [first] = given.filter(([, value]) => value !== undefined);
  if (first === undefined) return;
  throw new UsageError({
    message: `--${first[0]} does not go with --artifact`,
    hint: "an artifact's programs are as they were exported; griffin export takes this option",
  });
}
