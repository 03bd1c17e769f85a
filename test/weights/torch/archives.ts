/** @file For tests: archives and pickles put together by hand. */
import { crc32 } from "node:zlib";

/** Bytes, given as numbers, text or bytes. */
export const opcodes = (...parts: readonly (number | string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === "number" ? Uint8Array.of(part) : Buffer.from(part as string))),
  );

/** A number, lowest byte first. */
export const bytesOf = (value: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => Math.floor(value / 256 ** i) % 256);

/** A zip archive whose entries are stored as they are, with the checksums that `sum` gives. */
export function archiveOf(
  entries: Readonly<Record<string, Uint8Array>>,
  sum: (data: Uint8Array, key: string) => number = (data) => crc32(data),
): Uint8Array {
  const parts: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let at = 0;
  for (const [key, data] of Object.entries(entries)) {
    const name = Buffer.from(`archive/${key}`);
    const common = opcodes(
      bytesOf(20, 2),
      bytesOf(0, 8),
      bytesOf(sum(data, key), 4),
      bytesOf(data.length, 4),
      bytesOf(data.length, 4),
      bytesOf(name.length, 2),
      bytesOf(0, 2),
    );
    parts.push(opcodes("PK\x03\x04", common, name, data));
    list.push(opcodes("PK\x01\x02", bytesOf(20, 2), common, bytesOf(0, 10), bytesOf(at, 4), name));
    at += 30 + name.length + data.length;
  }
  const listed = opcodes(...list);
  const counts = [bytesOf(list.length, 2), bytesOf(list.length, 2)];
  return opcodes(
    ...parts,
    listed,
    "PK\x05\x06",
    bytesOf(0, 4),
    ...counts,
    bytesOf(listed.length, 4),
    bytesOf(at, 4),
    bytesOf(0, 2),
  );
}

/** `{"w": tensor}`, the tensor f32 in storage 0 of `count` elements. */
export function PICKLED_TENSOR(
  count: number,
  shape: readonly number[],
  strides: readonly number[],
  /** More arguments of its maker. */
  ...more: readonly Uint8Array[]
): Uint8Array {
  const text = (value: string) => opcodes(0x58, bytesOf(value.length, 4), value);
  const integers = (values: readonly number[]) =>
    opcodes(0x28, ...values.map((n) => opcodes(0x4a, bytesOf(n, 4))), 0x74);
  const storage = opcodes(
    0x28,
    text("storage"),
    "ctorch\nFloatStorage\n",
    text("0"),
    text("cpu"),
    0x4a,
    bytesOf(count, 4),
    0x74,
    0x51,
  );
  const empty = opcodes("ccollections\nOrderedDict\n", 0x29, 0x52);
  const args = opcodes(
    0x28,
    storage,
    0x4b,
    0,
    integers(shape),
    integers(strides),
    0x89,
    empty,
    ...more,
    0x74,
  );
  return opcodes(
    0x80,
    2,
    0x7d,
    0x28,
    text("w"),
    "ctorch._utils\n_rebuild_tensor_v2\n",
    args,
    0x52,
    0x75,
    0x2e,
  );
}
