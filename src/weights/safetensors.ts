/**
 * @file Reading safetensors files: the header is checked at once, tensors are read by position when asked
 * for.
 */
import type { FileHandle } from "node:fs/promises";
import { CheckpointError } from "./errors.js";
import { closeRead, openFile, readRange, sizeOfFile } from "./file.js";
import { LENGTH_BYTES, headerLength, parseHeader, type TensorEntry } from "./header.js";
import type { OpenFile } from "../support/open-file.js";
import type { StoredTensor, TensorStore } from "./stored.js";

/** A safetensors file. */
export interface SafetensorsFile extends TensorStore {
  readonly format: "safetensors";
  /** The open file, whose tensors they are. */
  readonly file: OpenFile;
}

/**
 * Opens a file of any size and checks its whole header. Throws CheckpointError when the file is
 * missing, cut off, or its header lies.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openFile(path);
  try {
    return await readSafetensors(file, path);
  } catch (error) {
    await closeRead(file);
    throw error;
  }
}

/** The tensors of an open file, which is theirs from now on unless this fails. @throws CheckpointError */
export async function readSafetensors(open: OpenFile, path: string): Promise<SafetensorsFile> {
  const file = open as FileHandle;
  const size = await sizeOfFile(file, path);
  const prefix = await readRange(file, path, 0, Math.min(LENGTH_BYTES, size));
  const length = headerLength(prefix, size);
  if (typeof length !== "number") throw new CheckpointError(path, [length]);
  const header = parseHeader(await readRange(file, path, LENGTH_BYTES, LENGTH_BYTES + length), size);
  if (!("tensors" in header)) throw new CheckpointError(path, header);
  const close = () => closeRead(file);
  return {
    path,
    format: "safetensors",
    file,
    metadata: header.metadata,
    tensors: new Map(header.tensors.map((entry) => [entry.name, storedTensor(file, path, entry)])),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function storedTensor(file: FileHandle, path: string, entry: TensorEntry): StoredTensor {
  const { name, dtype, shape, begin, end } = entry;
  return {
    name,
    dtype,
    shape,
    bytes: end - begin,
    file: path,
    read: (into) => readRange(file, path, begin, end, into),
    readPart: (at, into) => readRange(file, path, begin + at, begin + at + into.length, into),
  };
}
