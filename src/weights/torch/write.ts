/** @file Checkpoints as torch.save writes them: a dict of tensors by name, in a zip archive with every storage aligned. */
import { UsageError } from "../../support/errors.js";
import { packedBytes, type StoredType } from "../dtype.js";
import { rowMajorStrides } from "../strided.js";
import { tensorParts, type TensorToWrite } from "../tensor-parts.js";
import { writeWholeFile } from "../write-file.js";
import { ALIGNMENT, ArchiveWriter } from "./archive-writer.js";
import { littleEndian } from "../little-endian.js";
import { storageNames } from "./tensors.js";

/**
 * Writes `tensors`, in this order, so that torch.load reads them, with `weights_only` too; whole or not at all. They are read one at a time,
 * large ones in parts.
 * @throws UsageError for an element type that PyTorch has no storage of
 */
export async function writeTorch(
  path: string,
  tensors: readonly (readonly [string, TensorToWrite])[],
): Promise<void> {
  const pickle = describe(tensors);
  await writeWholeFile(path, async (sink) => {
    const archive = new ArchiveWriter(sink);
    const add = (name: string, data: Uint8Array) => archive.add(name, data.length, [data]);
    const text = (name: string, value: string) => add(name, new TextEncoder().encode(value));
    await add("data.pkl", pickle);
    await text(".format_version", "1");
    await text(".storage_alignment", `${ALIGNMENT}`);
    await text("byteorder", "little");
    for (const [i, [name, tensor]] of tensors.entries())
      await archive.add(`data/${i}`, packedBytes(tensor.dtype, tensor.shape)!, tensorParts(name, tensor));
    await text("version", "3\n");
    await archive.finish();
  });
}

/** The pickle of the dict, protocol 2. */
function describe(tensors: readonly (readonly [string, TensorToWrite])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const put = (...bytes: readonly number[]) => void parts.push(Uint8Array.from(bytes));
  const global = (name: string) => void parts.push(Buffer.from(`c${name.replace(" ", "\n")}\n`, "latin1"));
  const text = (value: string) => {
    const bytes = Buffer.from(value, "utf8");
    put(0x58, ...littleEndian(bytes.length, 4));
    parts.push(bytes);
  };
  const integer = (value: number) =>
    value < 2 ** 31 ? put(0x4a, ...littleEndian(value, 4)) : put(0x8a, 8, ...littleEndian(value, 8));
  const [mark, tuple] = [0x28, 0x74];
  const integers = (values: readonly number[]) => {
    put(mark);
    for (const value of values) integer(value);
    put(tuple);
  };
  put(0x80, 2, 0x7d, mark);
  for (const [i, [name, { dtype, shape }]] of tensors.entries()) {
    text(name);
    global("torch._utils _rebuild_tensor_v2");
    put(mark, mark);
    text("storage");
    global(storageOf(name, dtype));
    text(`${i}`);
    text("cpu");
    integer(shape.reduce((product, size) => product * size, 1));
    put(tuple, 0x51);
    integer(0);
    integers(shape);
    integers(rowMajorStrides(shape));
    put(0x89);
    global("collections OrderedDict");
    put(0x29, 0x52, tuple, 0x52);
  }
  put(0x75, 0x2e);
  return Buffer.concat(parts);
}

function storageOf(name: string, dtype: StoredType): string {
  const storage = storageNames.get(dtype);
  if (storage !== undefined) return storage;
  throw new UsageError({
    message: `cannot write tensor ${JSON.stringify(name)}: PyTorch has no storage of its type`,
    expected: [...storageNames.keys()].join(", "),
    got: dtype,
  });
}
