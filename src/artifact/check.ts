/** @file Whether an artifact can run where it is to run: every reason against it, before anything is loaded. */
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join, posix, sep } from "node:path";
import { type Client, ifSupported, neededBytes } from "../runtime-pjrt/index.js";
import type { Problem } from "../support/problems.js";
import { waitInSteps } from "../support/wait.js";
import { TOKENIZER_FILES } from "../tokens/index.js";
import { ArtifactError } from "./errors.js";
import { changedFiles } from "./files.js";
import type { Manifest, ManifestProgram } from "./manifest.js";
import type { OpenArtifact } from "./open.js";
import { readKeyName } from "./keys.js";
import { signatureProblems } from "./signature.js";
import { weightsProblems } from "./weights.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** What is known of the place where an artifact is to run. */
export interface CompatibilityOptions {
  /** Weights that are taken instead of those that the artifact names: a model folder, a file of weights or an orbax folder. */
  readonly weights?: string | undefined;
  /** Bytes of device memory that may be used; default: what the device says it has. */
  readonly memoryLimit?: number | undefined;
  /** File of the Ed25519 public key (PEM) that must have signed it. Weights that were copied into it are then held against their hashes too; elsewhere they have none. */
  readonly publicKey?: string | undefined;
  /** Ends it between two pieces of the files that are hashed. */
  readonly signal?: AbortSignal | undefined;
}

export const COMPATIBILITY_OPTIONS: OptionNames<CompatibilityOptions> = {
  weights: true,
  memoryLimit: true,
  publicKey: true,
  signal: true,
};

/**
 * Holds an artifact against a client: the files it is made of, the StableHLO versions that the plugin reads, weights, memory.
 * Files of weights are held against their sizes and headers, all others against their hashes.
 * @throws ArtifactError with every reason against it; UsageError for a file that is no public key; AbortedError
 */
export async function checkCompatibility(
  artifact: OpenArtifact,
  client: Client,
  options: CompatibilityOptions = {},
): Promise<void> {
  checkOptions("checkCompatibility", options, COMPATIBILITY_OPTIONS);
  const left = waitInSteps("checking the artifact", { signal: options.signal });
  const key = options.publicKey === undefined ? undefined : await readKeyName(options.publicKey);
  const apart = key === undefined ? await weightsInside(artifact) : new Set<string>();
  const problems = [
    ...signatureProblems(artifact.signature, key),
    ...versionProblems(artifact.manifest, client),
    ...(await changedFiles(artifact, {
      hashes: () => true,
      skips: (path) => apart.has(path),
      onBytes: left,
    })),
    ...(await unlistedTokenizerFiles(artifact)),
    ...(await weightsProblems(artifact, options.weights)),
    ...memoryProblems(artifact.manifest, client, options.memoryLimit),
  ];
  if (problems.length > 0) throw new ArtifactError(artifact.where, problems);
}

/** Files of weights: they are large, and looked at apart. Of those that are links to elsewhere nothing is known but what their hashes say. */
async function weightsInside({ folder, weights }: OpenArtifact): Promise<ReadonlySet<string>> {
  if (weights.location !== "copied") return new Set();
  const root = await realpath(folder);
  const paths = weights.files.map(async ({ name }) => {
    const path = `${weights.folder}/${name}`;
    const real = await realpath(join(folder, path)).catch(() => "");
    return real === "" || real.startsWith(root + sep) ? [path] : [];
  });
  return new Set((await Promise.all(paths)).flat());
}

/** What the tokenizer would be made of too, and nobody vouches for. */
async function unlistedTokenizerFiles({ folder, manifest }: OpenArtifact): Promise<readonly Problem[]> {
  const [file] = manifest.tokenizer;
  if (file === undefined) return [];
  const listed = new Set(manifest.files.map(({ path }) => path));
  const unlisted = TOKENIZER_FILES.map((name) => posix.join(dirname(file), name)).filter(
    (path) => !listed.has(path),
  );
  const found = await Promise.all(
    unlisted.map(async (path) => ((await lstat(join(folder, path)).catch(() => undefined)) ? [path] : [])),
  );
  const hint = "remove it, or export the model again with it";
  return found
    .flat()
    .map((subject) => ({ subject, problem: "read, but not in the manifest's list of files", hint }));
}

/** Negative when the first version is older; the patch never matters to readers. */
function compareVersions(a: string, b: string): number {
  const [major = 0, minor = 0] = a.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split(".").map(Number);
  return major - otherMajor || minor - otherMinor;
}

/** Programs written for a StableHLO that the plugin does not read. */
function versionProblems({ programs }: Manifest, { plugin }: Client): Problem[] {
  const { minimum, current } = plugin.stablehloVersions;
  const named = basename(plugin.path);
  const tooNew = (version: string) => current !== undefined && compareVersions(version, current) > 0;
  const tooOld = (version: string) => minimum !== undefined && compareVersions(version, minimum) < 0;
  const versions = [...new Set(programs.map(({ stablehlo }) => stablehlo))];
  return versions
    .filter((version) => tooNew(version) || tooOld(version))
    .map((version) => ({
      subject: `StableHLO ${version}`,
      problem: `${named} does not read it`,
      expected: `${minimum ?? "any"} to ${current ?? "any"}`,
      got: programs
        .filter(({ stablehlo }) => stablehlo === version)
        .map(({ name }) => name)
        .join(", "),
      hint: tooNew(version)
        ? `export with --stablehlo-version ${current}, or use a newer plugin`
        : "export again, or use an older plugin",
    }));
}

/** More device memory than there is, as compilers planned it when the executables were made. */
function memoryProblems(manifest: Manifest, client: Client, limit = freeBytes(client)): Problem[] {
  if (limit === undefined) return [];
  const largest = plannedMemory(manifest, client.platformName)[0];
  if (largest === undefined || largest.bytes <= limit) return [];
  return [
    {
      subject: "device memory",
      problem: `${largest.program} does not fit`,
      expected: `at most ${limit} bytes`,
      got: `${largest.bytes} bytes (weights, state, results and temporaries)`,
      hint: "a smaller batch, a shorter chunk or a narrower dtype takes less",
    },
  ];
}

/** What a device has left; undefined where the plugin does not tell. */
function freeBytes(client: Client): number | undefined {
  const stats = ifSupported(() => client.devices[0]!.memoryStats());
  return stats?.bytesLimit === undefined ? undefined : stats.bytesLimit - stats.bytesInUse;
}

/** Device memory in bytes that a program takes while it runs. */
export interface PlannedMemory {
  readonly program: ManifestProgram["name"];
  readonly bytes: number;
}

/** What the compilers of a platform planned for each program, the largest first; all platforms without one. */
export function plannedMemory({ compiled }: Manifest, platform?: string): readonly PlannedMemory[] {
  return compiled
    .filter(({ fingerprint }) => platform === undefined || fingerprint.platform === platform)
    .flatMap(({ executables }) => Object.entries(executables))
    .flatMap(([program, { memory }]) =>
      memory === undefined ? [] : [{ program, bytes: neededBytes(memory) }],
    )
    .sort((a, b) => b.bytes - a.bytes);
}
