/** @file An artifact loaded to run: its weights on a device, its programs ready when they are asked for. */
import type { Client, CompileCache } from "../runtime-pjrt/index.js";
import { type ModelEvent, type ProgramKey, uploadWeights } from "../serving/index.js";
import { checkCompatibility, type CompatibilityOptions, COMPATIBILITY_OPTIONS } from "./check.js";
import { findExecutables, type TrustOptions, TRUST_OPTIONS } from "./executables.js";
import type { ManifestProgram } from "./manifest.js";
import { ArtifactModel } from "./model.js";
import { type OpenArtifact, openArtifact } from "./open.js";
import { WAIT_OPTIONS, waitInSteps } from "../support/wait.js";
import { planManifest } from "./programs.js";
import { openWeights } from "./weights.js";
import { type OptionNames, checkOptions, pickOptions } from "../support/options.js";

/** How an artifact is checked and loaded; all of it is optional. */
export interface LoadOptions extends CompatibilityOptions, TrustOptions {
  /** Where programs that are compiled here are looked for and kept; without one, they are compiled each time. */
  readonly cache?: CompileCache | undefined;
  /** Made ready while the weights are read; the others when they are first needed. */
  readonly programs?: readonly ProgramKey[] | undefined;
  readonly onEvent?: ((event: ModelEvent) => void) | undefined;
  /** Takes weights that are infinite or NaN as they are. Default: they are an error, which names the first. */
  readonly allowNonFinite?: boolean | undefined;
  /**
   * Judges a portable program before the plugin compiles it, and throws for one that the plugin must not have. Default: each is given to the
   * plugin as it is, which is for artifacts of your own: a program of others may end the process. `load` of the package verifies them.
   */
  readonly verifyProgram?: ((bytes: Uint8Array, program: ManifestProgram) => void) | undefined;
  /** Ends loading when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Ends loading after so many ms. */
  readonly timeoutMs?: number | undefined;
}

export const ARTIFACT_LOAD_OPTIONS: OptionNames<LoadOptions> = {
  ...COMPATIBILITY_OPTIONS,
  ...TRUST_OPTIONS,
  cache: true,
  programs: true,
  onEvent: true,
  allowNonFinite: true,
  verifyProgram: true,
  ...WAIT_OPTIONS,
};

/**
 * Checks an artifact against a client and puts its weights on the client's first device, one tensor at a time. A stored executable
 * is taken where it fits and this machine made it; otherwise `notes` of the model say why it does not, and the portable program is compiled.
 * @param from a folder, a .zip of one, or an artifact that is open already: that one stays the caller's to close, after the model
 * @throws ArtifactError with every reason why it cannot run here, when it is none, is damaged, or is not signed as `publicKey` asks;
 * CheckpointError; AbortedError
 */
export async function loadArtifact(
  from: string | OpenArtifact,
  client: Client,
  options: LoadOptions = {},
): Promise<ArtifactModel> {
  checkOptions("loadArtifact", options, ARTIFACT_LOAD_OPTIONS);
  if (typeof from !== "string") return load(from, client, options, async () => {});
  const left = waitInSteps("loading the artifact", { signal: options.signal, timeoutMs: options.timeoutMs });
  const artifact = await openArtifact(from, { onUnpack: left });
  try {
    return await load(artifact, client, { ...options, ...left() }, () => artifact.close());
  } catch (error) {
    await artifact.close();
    throw error;
  }
}

async function load(
  artifact: OpenArtifact,
  client: Client,
  options: LoadOptions,
  onClose: () => Promise<void>,
): Promise<ArtifactModel> {
  await checkCompatibility(artifact, client, pickOptions(options, COMPATIBILITY_OPTIONS));
  const stored = await findExecutables(artifact.manifest, client, options);
  await using found = await openWeights(artifact, options.weights);
  const { onEvent, cache, programs, signal, timeoutMs, allowNonFinite, verifyProgram } = options;
  const plan = planManifest(artifact.manifest);
  const { dtype } = artifact.manifest;
  const weights = uploadWeights(client, found.parameters, dtype, {
    onEvent,
    signal,
    plan,
    allowNonFinite,
  });
  const { warnings } = found;
  const model = new ArtifactModel({
    artifact,
    client,
    weights,
    plan,
    stored,
    warnings,
    cache,
    verifyProgram,
    onEvent,
    onClose,
  });
  return await model.loaded(programs, { signal, timeoutMs });
}
