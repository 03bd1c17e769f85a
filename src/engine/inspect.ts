/** @file What a file or folder is: an artifact, tensors, a program. */
import { existsSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type ArtifactDescription,
  archiveNames,
  describeArtifact,
  returnSetAside,
  type ProgramArtifactDescription,
} from "../artifact/index.js";
import type { Dialect } from "../ir/dialect.js";
import { cannotRead } from "../support/cannot-read.js";
import { UsageError } from "../support/errors.js";
import { READ_AT_ONCE } from "../support/read-limited.js";
import { type WaitOptions, WAIT_OPTIONS, checkNotAborted } from "../support/wait.js";
import { findOrbax, openStore, type StoredTensor, type StoreFormat } from "../weights/index.js";
import { refuseExported } from "./jax-exported.js";
import { describeProgram, type ProgramDescription } from "./inspect-program.js";
import { type OptionNames, checkOptions, pickOptions } from "../support/options.js";
import { DESCRIBE_OPTIONS } from "../artifact/describe.js";

/** Tensors in a file. */
export interface TensorsDescription {
  readonly kind: StoreFormat;
  readonly path: string;
  readonly bytes: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly Omit<StoredTensor, "read" | "file">[];
}

export type Description =
  | ArtifactDescription
  | ProgramArtifactDescription
  | TensorsDescription
  | ProgramDescription;

export interface InspectOptions extends WaitOptions {
  /** Artifacts: whether every byte is held against the hashes of the manifest, and files beyond it are looked for. */
  readonly verify?: boolean | undefined;
  /** Artifacts: file of the Ed25519 public key (PEM) that must have signed it. */
  readonly publicKey?: string | undefined;
  /** Artifacts: where the key of this machine lies, which knows executables made here. */
  readonly keyFolder?: string | undefined;
  /** Programs: whose ops a text may name, beside the package's. */
  readonly dialects?: readonly Dialect[] | undefined;
  /** How far unpacking or hashing is, bytes. */
  readonly onBytes?: ((phase: "unpack" | "verify", bytes: number, totalBytes: number) => void) | undefined;
}

export const INSPECT_OPTIONS: OptionNames<InspectOptions> = {
  ...WAIT_OPTIONS,
  verify: true,
  publicKey: true,
  keyFolder: true,
  dialects: true,
  onBytes: true,
};

/** What can be inspected, for messages. */
const READABLE =
  "the folder of an artifact, its archive (.zip), a file of tensors (safetensors, .pt of PyTorch, the folder of orbax), a portable StableHLO artifact (.mlirbc), StableHLO text (.mlir)";

/** What people call what torch.save wrote; a file that was cut off has nothing else to be known by. */
const TORCH_NAME = /\.(?:pt|pth|bin)$/;

/** Text longer than this is no program of anybody's, bytes. */
const LONGEST_TEXT = 1 << 28;

/**
 * Describes what is at `path`. An artifact is described also when files of it are missing or changed: see its `problems`.
 * @throws UsageError for anything that cannot be inspected; EnvironmentError for what cannot be read; ArtifactError when it has no manifest, or a newer one; CheckpointError,
 * BytecodeError, ParseError, VerifyError for a file with faults; AbortedError while an artifact is unpacked or hashed
 */
export async function inspect(path: string, options: InspectOptions = {}): Promise<Description> {
  checkOptions("inspect", options, INSPECT_OPTIONS);
  checkNotAborted("inspect", options);
  await returnSetAside(path);
  await using file = await openAtOnce(path);
  const kind = await kindOf(path, file);
  if (kind === "artifact") return await describeArtifact(path, pickOptions(options, DESCRIBE_OPTIONS));
  if (options.verify === true || options.publicKey !== undefined) {
    throw new UsageError({
      message: `${path} cannot be verified`,
      expected: "an artifact, which has the hashes of its files",
      got: { tensors: "a file of tensors", bytecode: "a program", text: "a program" }[kind],
    });
  }
  if (kind === "tensors") return await describeTensors(path);
  return describeProgram(path, await file.readFile(), options.dialects);
}

/** What is at a path, to be looked at and read. @throws EnvironmentError when nothing is, or nothing that can be opened */
const openAtOnce = (path: string): Promise<FileHandle> =>
  open(path, READ_AT_ONCE).catch((cause: Error) => {
    throw cannotRead(path, cause);
  });

async function kindOf(path: string, file: FileHandle): Promise<"artifact" | "tensors" | "bytecode" | "text"> {
  const stats = await file.stat();
  if (stats.isDirectory()) {
    if ((await findOrbax(path, 0)).length > 0) return "tensors";
    const isModel = existsSync(join(path, "config.json")) && !existsSync(join(path, "manifest.json"));
    if (isModel)
      throw unreadable(path, `it looks like a model folder: griffin export --model ${path} -o OUT`);
    return "artifact";
  }
  if (!stats.isFile()) throw unreadable(path);
  const head = await firstBytes(file);
  // Of /proc, say: there is more than its size tells, and perhaps no end.
  if (stats.size === 0 && head.length > 0) throw unreadable(path);
  const magic = head.subarray(0, 4).toString("latin1");
  if (magic === "PK\x03\x04" || magic === "PK\x05\x06") {
    const names = await archiveNames(file);
    const isTorch = names.some((name) => name.endsWith("/data.pkl"));
    return isTorch || (TORCH_NAME.test(path) && names.length === 0) ? "tensors" : "artifact";
  }
  if (magic === "ML\xefR") return "bytecode";
  if (/\.(?:safetensors|pt|pth)$/.test(path) || beginsLikeTensors(head, stats.size)) return "tensors";
  if (stats.size <= LONGEST_TEXT && isText(head) && (path.endsWith(".mlir") || looksLikeProgram(head)))
    return "text";
  if (stats.size <= LONGEST_TEXT && !isText(head)) refuseExported(await file.readFile(), path);
  throw unreadable(path);
}

async function firstBytes(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  return buffer.subarray(0, bytesRead);
}

/** A length that fits into the file, then JSON. */
const beginsLikeTensors = (head: Buffer, size: number): boolean =>
  head.length > 8 && head[8] === 0x7b && head.readBigUInt64LE(0) <= BigInt(size - 8);

const isText = (head: Buffer): boolean => head.length > 0 && !head.includes(0);

const looksLikeProgram = (head: Buffer): boolean =>
  /\b(?:module|func\.func|stablehlo\.)/.test(head.toString("utf8"));

const unreadable = (path: string, hint?: string): UsageError =>
  new UsageError({ message: `cannot tell what ${path} is`, expected: READABLE, hint });

async function describeTensors(path: string): Promise<TensorsDescription> {
  await using file = await openStore(path);
  const tensors = [...file.tensors.values()].map(({ name, dtype, shape, bytes }) => ({
    name,
    dtype,
    shape,
    bytes,
  }));
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const stats = await stat(path);
  return {
    kind: file.format,
    path,
    bytes: stats.isFile() ? stats.size : bytes,
    metadata: file.metadata,
    tensors,
  };
}
