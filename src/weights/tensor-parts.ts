/** @file A tensor to write: what it is, and its bytes when its turn comes. */
import { UsageError } from "../support/errors.js";
import { packedBytes, type StoredType } from "./dtype.js";

/** A tensor to write that is read when its turn comes: packed bytes, row-major, little-endian. */
export interface TensorToWrite {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Its packed bytes. */
  read(): Promise<Uint8Array>;
  /** Bytes [begin, begin + into.length) in `into`; absent where a part costs as much as all of it. */
  readonly readPart?: ((begin: number, into: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>) | undefined;
}

/** A tensor that is larger is read in parts of so many bytes, where it can be. */
export const PART_BYTES = 2 ** 26;

/**
 * The bytes of a tensor, those of a large one in parts that share their memory: use each before the next is asked for.
 * @throws UsageError when they do not fit its type
 */
export async function* tensorParts(name: string, tensor: TensorToWrite): AsyncGenerator<Uint8Array> {
  const bytes = packedBytes(tensor.dtype, tensor.shape);
  const { readPart } = tensor;
  if (bytes === undefined || bytes <= PART_BYTES || readPart === undefined) {
    const data = await tensor.read();
    checkData(name, tensor, data);
    yield data;
    return;
  }
  const buffer = new Uint8Array(PART_BYTES);
  for (let begin = 0; begin < bytes; begin += PART_BYTES)
    yield await readPart(begin, buffer.subarray(0, Math.min(PART_BYTES, bytes - begin)));
}

/** @throws UsageError when `data` are not the bytes of such a tensor */
export function checkData(
  name: string,
  { dtype, shape }: Pick<TensorToWrite, "dtype" | "shape">,
  data: Uint8Array,
): void {
  const bytes = packedBytes(dtype, shape);
  const isBytes = data instanceof Uint8Array;
  if (isBytes && bytes === data.length) return;
  throw new UsageError({
    message: `cannot write tensor ${JSON.stringify(name)}: its data do not fit its type`,
    expected: `${bytes ?? "a whole number of"} bytes for ${dtype} [${shape.join(", ")}]`,
    got: isBytes ? `${data.length} bytes` : "what is no Uint8Array",
  });
}
