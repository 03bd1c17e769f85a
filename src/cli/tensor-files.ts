/** @file Tensors of `griffin run` in safetensors files, by the names of arguments and results; of programs that have none, "0", "1" ... */
import type { HostValue } from "../engine/index.js";
import { type ElementTypeName, isElementType } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { isStoredType, openSafetensors, type TensorData, writeSafetensors } from "../weights/index.js";

/** Types that a file packs more than one to a byte, and buffers do not. */
const PACKED = ["f4E2M1FN", "f6E2M3FN", "f6E3M2FN"];

/** All tensors of a file. @throws CheckpointError for a file that is not safetensors, UsageError for packed types */
export async function readTensors(path: string): Promise<ReadonlyMap<string, HostValue>> {
  await using file = await openSafetensors(path);
  const values = new Map<string, HostValue>();
  for (const [name, { dtype, shape, read }] of file.tensors) {
    if (!isElementType(dtype) || PACKED.includes(dtype)) throw unusable(name, dtype);
    values.set(name, { elementType: dtype, dimensions: shape, data: await read() });
  }
  return values;
}

/** Writes results under their names. @throws UsageError for an element type that safetensors does not have */
export async function writeTensors(path: string, values: ReadonlyMap<string, HostValue>): Promise<void> {
  const tensors = [...values].map(([name, { elementType, dimensions, data }]): [string, TensorData] => {
    if (!isStoredType(elementType) || PACKED.includes(elementType)) throw unusable(name, elementType);
    return [name, { dtype: elementType, shape: dimensions, data }];
  });
  await writeSafetensors(path, Object.fromEntries(tensors));
}

function unusable(name: string, type: ElementTypeName | string): UsageError {
  return new UsageError({
    message: `tensor "${name}" is of type ${type}, which safetensors files and buffers hold differently`,
  });
}
