/** @file Writing safetensors files: whole or not at all. */
import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { UsageError } from "../support/errors.js";
import { codeOfType, packedBytes, type StoredType } from "./dtype.js";
import { LENGTH_BYTES, METADATA_KEY } from "./header.js";

/** A tensor to write: packed bytes, row-major, little-endian. */
export interface TensorData {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Tensor bytes begin at a multiple of this, for readers that map the file. */
const ALIGNMENT = 8;

/** Bytes moved by one write call at most; see READ_CHUNK_BYTES. */
const WRITE_CHUNK_BYTES = 2 ** 28;

/**
 * Writes `tensors` to `path`, widest element type first (so that each is aligned), then by name. The bytes go
 * to a file beside it that is renamed at the end: `path` holds the old content or the new, never half of it.
 * Throws {@link UsageError} when the data do not fit their type.
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, TensorData>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) => elementBytes(b) - elementBytes(a) || (nameA < nameB ? -1 : 1),
  );
  for (const [name, tensor] of entries) checkData(name, tensor);
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, "wx");
  try {
    let position = 0;
    for (const bytes of [encodeHeader(entries, metadata), ...entries.map(([, { data }]) => data)]) {
      for (let done = 0; done < bytes.length; ) {
        const length = Math.min(WRITE_CHUNK_BYTES, bytes.length - done);
        const { bytesWritten } = await file.write(bytes, done, length, position + done);
        done += bytesWritten;
      }
      position += bytes.length;
    }
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

function elementBytes({ dtype }: TensorData): number {
  return packedBytes(dtype, [8])!;
}

function checkData(name: string, { dtype, shape, data }: TensorData): void {
  const bytes = packedBytes(dtype, shape);
  if (name === METADATA_KEY) throw new UsageError({ message: `a tensor cannot be called ${METADATA_KEY}` });
  if (bytes === data.length) return;
  throw new UsageError({
    message: `cannot write tensor ${JSON.stringify(name)}: its data do not fit its type`,
    expected: `${bytes ?? "a whole number of"} bytes for ${dtype} [${shape.join(", ")}]`,
    got: `${data.length} bytes`,
  });
}

function encodeHeader(
  entries: readonly (readonly [string, TensorData])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  // No prototype: a tensor may be called anything, even __proto__.
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header[METADATA_KEY] = metadata;
  let begin = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    header[name] = { dtype: codeOfType(dtype), shape, data_offsets: [begin, begin + data.length] };
    begin += data.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}
