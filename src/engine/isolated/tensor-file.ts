/**
 * @file Tensors on their way between two processes, in a file without a name that both have open: of any size, and nothing is left
 * of it whichever way the processes end.
 */
import { ftruncate, read, write } from "node:fs";
import { promisify } from "node:util";
import type { HostValue } from "../execute.js";

/** A tensor without its bytes, which follow those of the one before. */
export interface TensorHeader extends Omit<HostValue, "data"> {
  readonly byteLength: number;
}

/** One call reads or writes no more than 2 GiB on Linux. */
const CHUNK_BYTES = 2 ** 30;

type Transfer = (fd: number, data: Uint8Array, offset: number, length: number, at: number) => Promise<number>;
const readAt: Transfer = async (...args) => (await promisify(read)(...args)).bytesRead;
const writeAt: Transfer = async (...args) => (await promisify(write)(...args)).bytesWritten;

async function transferAll(transfer: Transfer, fd: number, data: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const count = await transfer(fd, data, done, Math.min(data.length - done, CHUNK_BYTES), start + done);
    if (count === 0) throw new Error("the file ends before the tensor does");
    done += count;
  }
}

/** Replaces what the file holds. */
export async function writeTensors(
  fd: number,
  values: readonly HostValue[],
): Promise<readonly TensorHeader[]> {
  await promisify(ftruncate)(fd, 0);
  let end = 0;
  const headers: TensorHeader[] = [];
  for (const { elementType, dimensions, data } of values) {
    await transferAll(writeAt, fd, data, end);
    end += data.length;
    headers.push({ elementType, dimensions, byteLength: data.length });
  }
  return headers;
}

/** The tensors that were written last. */
export async function readTensors(
  fd: number,
  headers: readonly TensorHeader[],
): Promise<readonly HostValue[]> {
  let end = 0;
  const values: HostValue[] = [];
  for (const { elementType, dimensions, byteLength } of headers) {
    const data = new Uint8Array(byteLength);
    await transferAll(readAt, fd, data, end);
    end += byteLength;
    values.push({ elementType, dimensions, data });
  }
  return values;
}
