/** @file A model that runs from an artifact: its programs are loaded as stored, or compiled from their portable form. */
import { dirname, join, posix } from "node:path";
import { type Client, type CompileCache, compileThrough, type Executable } from "../runtime-pjrt/index.js";
import type { WeightPlan } from "../program/weight-plan.js";
import {
  canDraw,
  canLoop,
  describeProgram,
  LOOP_KIND,
  type LoopKey,
  loopKeyOf,
  type LoadedProgram,
  type ModelEvent,
  type WeightPreparation,
  type ProgramKey,
  type ProgramSource,
  ResidentModel,
  type ResidentWeights,
  SAMPLER_KIND,
  type SamplerKey,
  samplerKeyOf,
} from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import {
  LONGEST_TOKENIZER_FILE,
  loadTokenizer,
  type Tokenizer,
  type TokenizerFiles,
} from "../tokens/index.js";
import { ArtifactError } from "./errors.js";
import type { StoredExecutables } from "./executables.js";
import { readChecked } from "./files.js";
import type { ManifestProgram } from "./manifest.js";
import type { OpenArtifact } from "./open.js";
import { describeKinds } from "./programs.js";

/** What `loadArtifact` has found. */
interface LoadedParts {
  readonly artifact: OpenArtifact;
  readonly client: Client;
  readonly weights: ResidentWeights;
  readonly plan: WeightPlan;
  readonly stored: StoredExecutables;
  readonly warnings: readonly string[];
  readonly cache: CompileCache | undefined;
  /** Throws for a portable program that the plugin must not have. */
  readonly verifyProgram: ((bytes: Uint8Array, program: ManifestProgram) => void) | undefined;
  readonly onEvent: ((event: ModelEvent) => void) | undefined;
  readonly onClose: () => Promise<void>;
}

/** A model with its weights on a device. Close it. */
export class ArtifactModel extends ResidentModel<LoadedProgram> {
  /** Lines worth showing, e.g. tensors that were ignored. */
  readonly warnings: readonly string[];
  readonly #parts: LoadedParts;
  readonly #notes: string[];

  /** For `loadArtifact`. */
  constructor(parts: LoadedParts) {
    const { client, weights, plan, warnings, stored } = parts;
    const { generation, dtype, chunk, model } = parts.artifact.manifest;
    super(client, generation, { model, dtype, chunk, weights, plan });
    this.warnings = warnings;
    this.#parts = parts;
    this.#notes = [...stored.notes];
  }

  /** Why stored executables were not used, one line each; those that the plugin refuses are known when they were asked for. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Reads the artifact's tokenizer. @throws UsageError when it has none */
  tokenizer(): Promise<Tokenizer> {
    return artifactTokenizer(this.#parts.artifact);
  }

  protected override async make(key: ProgramKey): Promise<LoadedProgram> {
    const program = this.#find(key);
    const executable = await this.#load(program, describeProgram(key));
    return { interface: program, executable, preparations: this.#preparations(program) };
  }

  /** The first that can: those that do least come first. */
  protected override async makeSampler(
    key: SamplerKey,
    keep: (id: string, make: () => Promise<LoadedProgram>) => Promise<LoadedProgram>,
  ): Promise<LoadedProgram | undefined> {
    const { programs } = this.#parts.artifact.manifest;
    const found = programs.find(
      (program) => program.kind === SAMPLER_KIND && canDraw(samplerKeyOf(program), key),
    );
    if (found === undefined) return undefined;
    return keep(found.name, async () => {
      const executable = await this.#load(found, `${SAMPLER_KIND} ${found.batch}`);
      return { interface: found, executable, preparations: [] };
    });
  }

  /** Of those that can, the one that makes most tokens, and of these the first. */
  protected override async makeLoop(
    key: LoopKey,
    keep: (id: string, make: () => Promise<LoadedProgram>) => Promise<LoadedProgram>,
  ): Promise<LoadedProgram | undefined> {
    const able = this.#loops.filter((program) => canLoop(loopKeyOf(program), key));
    const found = able.find(({ time }) => time === Math.max(...able.map((each) => each.time)));
    if (found === undefined) return undefined;
    return keep(found.name, async () => {
      const executable = await this.#load(found, describeProgram(found));
      return { interface: found, executable, preparations: this.#preparations(found) };
    });
  }

  get #loops(): readonly ManifestProgram[] {
    return this.#parts.artifact.manifest.programs.filter(({ kind }) => kind === LOOP_KIND);
  }

  /** Whoever exported programs that make several wants them. */
  override get tokensPerCall(): number {
    return Math.max(1, ...this.#loops.map(({ time }) => time));
  }

  /** Any text that has more than one: the programs are there. */
  override get fewestLoopedTokens(): number {
    return 2;
  }

  /** Sequences side by side in every program. */
  override get batch(): number {
    return this.#parts.artifact.manifest.batch;
  }

  has(key: ProgramKey): boolean {
    return this.#lookUp(key) !== undefined;
  }

  #lookUp(key: ProgramKey): ManifestProgram | undefined {
    if (key.probes === true) return undefined;
    return this.#parts.artifact.manifest.programs.find(
      ({ kind, batch, time }) => kind === key.kind && batch === key.batch && time === key.time,
    );
  }

  #find(key: ProgramKey): ManifestProgram {
    const { manifest, where } = this.#parts.artifact;
    const found = this.#lookUp(key);
    if (found !== undefined) return found;
    throw new UsageError({
      message: `the artifact has no program ${describeProgram(key)}${key.probes === true ? " with probes" : ""}`,
      expected: describeKinds(manifest),
      where,
      hint: "leave out batch and chunk, or export it again for these",
    });
  }

  #preparations({ prepare }: ManifestProgram): readonly WeightPreparation[] {
    return this.#parts.artifact.manifest.programs
      .filter(({ name }) => name === prepare)
      .map((program) => ({ interface: program, load: () => this.#load(program) }));
  }

  /** @param title for the progress line; without one, nothing is told */
  async #load(program: ManifestProgram, title?: string): Promise<Executable> {
    const tell = (event: { readonly ms?: number; readonly from?: ProgramSource }) => {
      if (title !== undefined) this.#parts.onEvent?.({ phase: "compile", program: title, ...event });
    };
    tell({});
    const start = performance.now();
    const { executable, from } = (await this.#loadStored(program)) ?? (await this.#compile(program));
    tell({ ms: performance.now() - start, from });
    return executable;
  }

  async #compile(program: ManifestProgram): Promise<{ executable: Executable; from: ProgramSource }> {
    const { cache, verifyProgram } = this.#parts;
    const bytes = await this.#read(program.file);
    const { executable, fromCache } = await compileThrough(
      cache,
      this.client,
      { program: bytes, signature: program },
      { beforeCompile: () => verifyProgram?.(bytes, program) },
    );
    return { executable, from: fromCache ? "cache" : "compiler" };
  }

  async #loadStored(
    program: ManifestProgram,
  ): Promise<{ executable: Executable; from: ProgramSource } | undefined> {
    const file = this.#parts.stored.files.get(program.name);
    if (file === undefined) return undefined;
    try {
      const executable = await this.client.deserialize(await this.#read(file), program);
      return { executable, from: "artifact" };
    } catch (error) {
      const cause = error instanceof Error ? error.message.split("\n")[0]! : String(error);
      const reason = `the stored executable of ${program.name} is not used: ${cause}`;
      this.#notes.push(reason);
      this.#parts.onEvent?.({ phase: "rejected", program: program.name, reason });
      return undefined;
    }
  }

  #read(file: string): Promise<Uint8Array> {
    return readChecked(this.#parts.artifact, file);
  }

  /** Frees weights and programs, and what was unpacked. */
  override close(): void {
    super.close();
    this.#parts.onClose().catch((error: unknown) => process.emitWarning(String(error)));
  }
}

/** The files of an artifact's tokenizer and chat template: those that its manifest lists, each as that says. */
export function artifactTokenizerFiles(artifact: OpenArtifact): TokenizerFiles {
  const { folder, manifest, where } = artifact;
  const [first = ""] = manifest.tokenizer;
  const sizes = new Map(manifest.files.map(({ path, bytes }) => [path, bytes]));
  return {
    where: join(folder, dirname(first)),
    read: async (name) => {
      const path = posix.join(posix.dirname(first), name);
      const bytes = sizes.get(path);
      if (first === "" || bytes === undefined) return undefined;
      if (bytes <= LONGEST_TOKENIZER_FILE) return readChecked(artifact, path);
      const [expected, got] = [`at most ${LONGEST_TOKENIZER_FILE} bytes`, `${bytes} bytes`];
      throw new ArtifactError(where, [{ subject: path, problem: "too large", expected, got }]);
    },
  };
}

/** The tokenizer that lies in an artifact. @throws UsageError when it has none; ArtifactError for files that are not as its manifest says */
export function artifactTokenizer(artifact: OpenArtifact): Promise<Tokenizer> {
  const { where, manifest } = artifact;
  const { bosId, vocabSize } = manifest.generation;
  if (manifest.tokenizer.length > 0) return loadTokenizer(artifactTokenizerFiles(artifact), bosId, vocabSize);
  throw new UsageError({
    message: "the artifact has no tokenizer",
    where,
    hint: "give token ids instead of text",
  });
}
