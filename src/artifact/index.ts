/** @file Compiled artifacts: written at export, opened, checked and run without the compiler. */
export { checkCompatibility, type CompatibilityOptions, plannedMemory, type PlannedMemory } from "./check.js";
export { type ArtifactDescription, describeArtifact, type ProgramArtifactDescription } from "./describe.js";
export { ArtifactError } from "./errors.js";
export type { TrustOptions } from "./executables.js";
export { SigningKey } from "./keys.js";
export type { SignatureState } from "./signature.js";
export { changedFiles, readChecked, extraFiles, type FileCheckOptions } from "./files.js";
export { fingerprintDifferences, fingerprintOf, fingerprintOfTopology } from "./fingerprint.js";
export type { Fingerprint, Manifest, ManifestProgram, WeightsIndex } from "./manifest.js";
export { type LoadOptions, loadArtifact } from "./load.js";
export { sinceChecked } from "./known-files.js";
export { ArtifactModel, artifactTokenizer, artifactTokenizerFiles } from "./model.js";
export {
  type OpenArtifact,
  openArtifact,
  type OpenFiles,
  openProgramArtifact,
  returnSetAside,
} from "./open.js";
export type { ProgramManifest } from "./program/manifest.js";
export { type ProgramContent, writeProgram } from "./program/write.js";
export {
  type GeneratedToken,
  type GenerateOptions,
  generate,
  Session,
  type SessionOptions,
} from "../serving/index.js";
export type { WrittenFile } from "./sink.js";
export { checkTarget } from "./destination.js";
export {
  type ArtifactWeights,
  type DescribedWeights,
  describeMissingWeights,
  describeWeights,
  openWeights,
  weightsProblems,
} from "./weights.js";
export type { ArtifactContent, CompiledPrograms, StoredExecutable } from "./content.js";
export { archiveNames } from "./unpack.js";
export { type PlaceOptions, writeArtifact, type WriteOptions } from "./write.js";
