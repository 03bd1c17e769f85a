/** @file The checksums of zip archives (CRC-32), of much at once by the system's own library: on a thread of its own, and up to five times as fast as Node's. */
import { crc32 } from "node:zlib";
import { type LibraryNames, systemFunction } from "../../support/native.js";

type Sum = (sum: number, bytes: Uint8Array, length: number) => Promise<number>;

interface Library {
  readonly names: LibraryNames;
  /** Its declaration in C: of the checksum so far, the bytes, and how many. */
  readonly function: string;
}

/** Libraries that compute it, the fastest first. */
export const LIBRARIES: readonly Library[] = [
  {
    names: { linux: "libdeflate.so.0" },
    function: "uint32_t libdeflate_crc32(uint32_t, const void *, size_t)",
  },
  {
    names: { linux: "libz.so.1", darwin: "libz.1.dylib" },
    function: "unsigned long crc32_z(unsigned long, const void *, size_t)",
  },
];

/** Of fewer bytes a checksum takes less time than another thread takes to begin. */
const FEW_BYTES = 2 ** 17;

let loading: Promise<Sum | undefined> | undefined;

/** The CRC-32 of `bytes` that follow on what has the checksum `before`. They must not change until it is there. */
export async function checksum(bytes: Uint8Array<ArrayBuffer>, before = 0): Promise<number> {
  if (bytes.length < FEW_BYTES) return crc32(bytes, before);
  loading ??= nativeChecksum();
  const native = await loading;
  return native === undefined ? crc32(bytes, before) : native(before, bytes, bytes.length);
}

/** That of the first library that the system has; undefined where it has none. */
export async function nativeChecksum(libraries = LIBRARIES): Promise<Sum | undefined> {
  for (const { names, function: declaration } of libraries) {
    const call = (await systemFunction(names, declaration))?.async;
    if (call === undefined) continue;
    return (...given) =>
      new Promise((resolve, reject) =>
        call(...given, (error: unknown, sum: number | bigint) =>
          error ? reject(error) : resolve(Number(sum)),
        ),
      );
  }
  return undefined;
}
