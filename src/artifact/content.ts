/** @file What goes into an artifact, before it is written. */
import type { Fingerprint, Manifest, ManifestProgram } from "./manifest.js";
import type { DescribedWeights } from "./weights.js";

/** An executable as its plugin writes it, and the memory that its compiler planned, bytes. */
export interface StoredExecutable {
  readonly bytes: Uint8Array;
  readonly memory?: NonNullable<Manifest["compiled"][number]["executables"][string]["memory"]> | undefined;
}

/** Executables of one plugin and kind of device, by program name. */
export interface CompiledPrograms {
  readonly fingerprint: Fingerprint;
  readonly topology?: string | undefined;
  readonly executables: ReadonlyMap<string, StoredExecutable>;
}

/** What goes into an artifact. */
export interface ArtifactContent
  extends Pick<
    Manifest,
    "name" | "tools" | "target" | "dtype" | "precision" | "model" | "generation" | "batch" | "chunk"
  > {
  readonly programs: readonly (Omit<ManifestProgram, "file" | "text"> & {
    /** The portable StableHLO artifact. */
    readonly bytecode: Uint8Array;
    readonly text?: string | undefined;
  })[];
  readonly compiled: readonly CompiledPrograms[];
  readonly weights: DescribedWeights;
  /** Whether the files of the weights are copied, or named where they are. */
  readonly copyWeights: boolean;
  /** Files to copy that the tokenizer is read from. */
  readonly tokenizer: readonly string[];
}
