/** @file Artifacts written: a folder or an archive that appears whole or not at all, the manifest last. */
import { createHash } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { EnvironmentError, GriffinError, UsageError } from "../support/errors.js";
import { makeFile, makeFolder } from "../support/whole.js";
import { archiveSink } from "./archive-sink.js";
import { digestLine } from "./files.js";
import { sha256 } from "./hash.js";
import { formatJson } from "./json.js";
import {
  DIGEST_FILE,
  type Fingerprint,
  FORMAT,
  isArtifactPath,
  type Manifest,
  MANIFEST_FILE,
  type ManifestProgram,
  manifestSchema,
  SCHEMA_VERSION,
  type WeightsIndex,
} from "./manifest.js";
import { artifactReadme } from "./readme.js";
import { folderSink, type Sink, type WrittenFile } from "./sink.js";
import { checkTarget } from "./target.js";
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
  extends Pick<Manifest, "name" | "tools" | "target" | "dtype" | "model" | "batch" | "chunk"> {
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

export interface WriteOptions {
  /** One .zip instead of a folder. */
  readonly zip?: boolean | undefined;
  /** Whether an artifact that is there already is replaced. */
  readonly force?: boolean | undefined;
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
}

/** How far writing is. */
export interface WriteProgress {
  /** The file that is being written. */
  readonly path: string;
  readonly bytes: number;
}

/**
 * Writes an artifact. Whatever happens meanwhile, `path` holds the old one, the new one, or nothing. Equal contents give equal
 * bytes. @returns all its files, the largest first
 * @throws UsageError when something is there that is not to be replaced, or a file's name cannot be in an artifact; EnvironmentError
 * with what the file system says
 */
export async function writeArtifact(
  path: string,
  content: ArtifactContent,
  { zip = false, force = false, onProgress }: WriteOptions = {},
): Promise<readonly WrittenFile[]> {
  await checkTarget(path, { zip, force });
  const place = await realPlace(path).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  let written: readonly WrittenFile[] = [];
  const onExisting = force ? "replace" : "refuse";
  const fill = async (sink: Sink) => {
    written = await new Writer(sink, onProgress).write(content, place);
    await sink.close();
  };
  const make = zip
    ? makeFile(place, async (result) => fill(await archiveSink(result)), onExisting)
    : makeFolder(place, ({ result }) => fill(folderSink(result)), onExisting);
  await make.catch((error: unknown) => {
    throw explain(path, error);
  });
  return [...written].sort((a, b) => b.bytes - a.bytes);
}

/** Where a path leads, its folder made if it is not there. */
async function realPlace(path: string): Promise<string> {
  const parent = dirname(resolve(path));
  await mkdir(parent, { recursive: true });
  return join(await realpath(parent), basename(path));
}

/** What the file system says, as an error of ours. */
function explain(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (cause instanceof GriffinError || code === undefined) return cause;
  if (code === "EEXIST" || code === "ENOTEMPTY") {
    return new UsageError({
      message: `${path} was made by somebody else meanwhile`,
      hint: "--force replaces an artifact",
    });
  }
  return cannotWrite(path, cause);
}

function cannotWrite(path: string, cause: unknown): EnvironmentError {
  return new EnvironmentError({
    message: `cannot write ${path}`,
    details: [(cause as Error).message],
    cause,
  });
}

/** A short name for where executables run. */
export const fingerprintId = (fingerprint: Fingerprint): string =>
  createHash("sha256")
    .update(JSON.stringify(Object.entries(fingerprint).sort()))
    .digest("hex")
    .slice(0, 16);

/** Writes the parts of one artifact in order, and remembers what it wrote. */
class Writer {
  readonly #written: WrittenFile[] = [];

  constructor(
    private readonly sink: Sink,
    private readonly onProgress: WriteOptions["onProgress"],
  ) {}

  async write(content: ArtifactContent, place: string): Promise<readonly WrittenFile[]> {
    const { name, tools, target, dtype, model, batch, chunk } = content;
    const index = await this.#weights(content, place);
    const manifest: Omit<Manifest, "files"> = {
      format: FORMAT,
      schemaVersion: SCHEMA_VERSION,
      ...{ name, tools, target, dtype, model, batch, chunk },
      programs: await this.#programs(content),
      compiled: await this.#compiled(content),
      weights: await this.#add("weights.index.json", formatJson(index)),
      tokenizer: await this.#tokenizer(content),
    };
    await this.#add("README.md", artifactReadme(manifest, index));
    const files = [...this.#written].sort((a, b) => (a.path < b.path ? -1 : 1));
    const text = formatJson(manifestSchema.parse({ ...manifest, files }));
    await this.#add(DIGEST_FILE, digestLine(sha256(text)));
    await this.#add(MANIFEST_FILE, text);
    return this.#written;
  }

  async #add(path: string, content: Parameters<Sink["add"]>[1]): Promise<string> {
    if (!isArtifactPath(path)) {
      throw new UsageError({
        message: `a file named ${JSON.stringify(basename(path))} cannot be in an artifact`,
        expected: "a name of letters, digits and . _ - + @",
      });
    }
    let bytes = 0;
    const report = (more: number) => {
      bytes += more;
      this.onProgress?.({ path, bytes });
    };
    this.#written.push(await this.sink.add(path, content, report));
    return path;
  }

  async #weights({ weights, copyWeights }: ArtifactContent, place: string): Promise<WeightsIndex> {
    const { files, tensors } = weights;
    if (files.length === 0) return { location: "none", folder: "", files: [], tensors: [...tensors] };
    if (copyWeights) {
      for (const { path } of files) await this.#add(`weights/${basename(path)}`, { copyOf: path });
      const copied = this.#written.map(({ path, bytes, sha256 }) => ({
        name: basename(path),
        bytes,
        sha256,
      }));
      return { location: "copied", folder: "weights", files: copied, tensors: [...tensors] };
    }
    const folder = relative(place, await realpath(dirname(files[0]!.path)))
      .split(sep)
      .join("/");
    const named = files.map(({ path, bytes }) => ({ name: basename(path), bytes }));
    return { location: "reference", folder, files: named, tensors: [...tensors] };
  }

  async #programs({ programs }: ArtifactContent): Promise<Manifest["programs"]> {
    const described: Manifest["programs"] = [];
    for (const { bytecode, text, ...program } of programs) {
      const file = await this.#add(`programs/${program.name}.mlirbc`, bytecode);
      if (text === undefined) described.push({ ...program, file });
      else described.push({ ...program, file, text: await this.#add(`programs/${program.name}.mlir`, text) });
    }
    return described;
  }

  async #compiled({ compiled }: ArtifactContent): Promise<Manifest["compiled"]> {
    const described: Manifest["compiled"] = [];
    for (const { fingerprint, topology, executables } of compiled) {
      const folder = `compiled/${fingerprintId(fingerprint)}`;
      const stored: Manifest["compiled"][number]["executables"] = {};
      for (const [name, { bytes, memory }] of executables) {
        const file = await this.#add(`${folder}/${name}.bin`, bytes);
        stored[name] = { file, ...(memory === undefined ? {} : { memory }) };
      }
      described.push({ fingerprint, ...(topology === undefined ? {} : { topology }), executables: stored });
    }
    return described;
  }

  async #tokenizer({ tokenizer }: ArtifactContent): Promise<Manifest["tokenizer"]> {
    const paths: string[] = [];
    for (const file of tokenizer)
      paths.push(await this.#add(`tokenizer/${basename(file)}`, { copyOf: file }));
    return paths;
  }
}
