/** @file Writing safetensors files: whole or not at all. */
import { UsageError } from "../support/errors.js";
import { codeOfType, packedBytes, type StoredType } from "./dtype.js";
import { LENGTH_BYTES, METADATA_KEY } from "./header.js";
import { checkData, tensorParts, type TensorToWrite } from "./tensor-parts.js";
import { writeWholeFile } from "./write-file.js";

/** A tensor to write: packed bytes, row-major, little-endian. */
export interface TensorData {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The same of numbers in the typed array of their type: f32 in a Float32Array, i64 in a BigInt64Array, complex<f32> by parts in turn. */
export interface TensorNumbers {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly data: InstanceType<(typeof ARRAYS)[keyof typeof ARRAYS]>;
}

/** Typed arrays whose elements are stored as they lie in memory. Of other types only bytes are taken: of bf16, say, no array has the elements. */
const ARRAYS = {
  i8: Int8Array,
  i16: Int16Array,
  ui16: Uint16Array,
  i32: Int32Array,
  ui32: Uint32Array,
  i64: BigInt64Array,
  ui64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
  "complex<f32>": Float32Array,
} as const satisfies Partial<Record<StoredType, unknown>>;

/** Tensor bytes begin at a multiple of this, for readers that map the file. */
const ALIGNMENT = 8;

/**
 * Writes `tensors` to `path`, widest element type first (so that each is aligned), then by name; whole or not at all.
 * Throws UsageError when the data do not fit their type.
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, TensorData | TensorNumbers>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const { dtype, shape } = tensor;
    const bytes = bytesOf(name, tensor);
    checkName(name);
    checkData(name, tensor, bytes);
    return [name, { dtype, shape, read: async () => bytes }] as const;
  });
  await writeSafetensorsStream(path, entries, metadata);
}

/** @throws UsageError for an array of another type: its bytes are not those of the tensor */
function bytesOf(name: string, { dtype, data }: TensorData | TensorNumbers): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const own = Object.hasOwn(ARRAYS, dtype) ? ARRAYS[dtype as keyof typeof ARRAYS] : undefined;
  if (own !== undefined && (data as unknown) instanceof own)
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new UsageError({
    message: `cannot write tensor ${JSON.stringify(name)}: its data are not of its type`,
    expected: `${own === undefined ? "" : `${own.name}, or `}Uint8Array of its bytes, for ${dtype}`,
    got: (data as object | undefined)?.constructor?.name ?? String(data),
  });
}

/** The same of tensors that are read one at a time, large ones in parts. */
export async function writeSafetensorsStream(
  path: string,
  tensors: readonly (readonly [string, TensorToWrite])[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = tensors.toSorted(
    ([nameA, a], [nameB, b]) => elementBytes(b) - elementBytes(a) || (nameA < nameB ? -1 : 1),
  );
  await writeWholeFile(path, async (sink) => {
    await sink.append(encodeHeader(entries, metadata));
    for (const [name, tensor] of entries) {
      checkName(name);
      for await (const part of tensorParts(name, tensor)) await sink.append(part);
    }
  });
}

function elementBytes({ dtype }: TensorToWrite): number {
  return packedBytes(dtype, [8])!;
}

function checkName(name: string): void {
  if (name === METADATA_KEY) throw new UsageError({ message: `a tensor cannot be called ${METADATA_KEY}` });
}

function encodeHeader(
  entries: readonly (readonly [string, TensorToWrite])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  // No prototype: a tensor may be called anything, even __proto__.
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header[METADATA_KEY] = metadata;
  let begin = 0;
  for (const [name, { dtype, shape }] of entries) {
    const bytes = packedBytes(dtype, shape)!;
    header[name] = { dtype: codeOfType(dtype), shape, data_offsets: [begin, begin + bytes] };
    begin += bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}
