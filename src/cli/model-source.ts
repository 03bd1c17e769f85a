/** @file The checkpoint or the artifact that options name. */
import {
  artifactSource,
  checkLowering,
  checkpointSource,
  checkSourceOptions,
  type LoweringOptions,
  type ModelSource,
} from "../engine/index.js";
import type { TrustOptions } from "../artifact/index.js";
import type { ModelDefinition } from "../model/index.js";
import type { CompileCache } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { flagOf } from "../support/flag-of.js";
import type { ComputeDType } from "../weights/index.js";
import { loweringOf } from "../targets/options.js";

/** Which model, and how its programs are made. */
export interface SourceRequest extends Omit<LoweringOptions, "target">, TrustOptions {
  /** Folder of a checkpoint; either this or an artifact. */
  readonly model?: string | undefined;
  /** Folder of an artifact, or a .zip of it. */
  readonly artifact?: string | undefined;
  /** Weights that an artifact takes instead of its own: model folder, file or orbax folder. */
  readonly weights?: string | undefined;
  /** File of the public key that must have signed an artifact. */
  readonly publicKey?: string | undefined;
  readonly dtype?: ComputeDType | undefined;
  /** Tokens that a sequence may have, where caches grow. */
  readonly capacity?: number | undefined;
  /** Whether weights that are infinite or NaN are no error. */
  readonly allowNonFinite?: boolean | undefined;
  /** Where compiled programs are looked for and kept. */
  readonly cache?: CompileCache | undefined;
}

/**
 * @param models those that a checkpoint may be of
 * @throws UsageError unless just one of model and artifact is given, or for an option that goes with the other, and for an unknown strategy; what opening it throws
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
    checkSourceOptions("artifact", request, artifact!, flagOf);
    return artifactSource(artifact!, models);
  }
  checkSourceOptions("checkpoint", request, model, flagOf);
  checkLowering(loweringOf(request));
  return checkpointSource(model, models);
}
