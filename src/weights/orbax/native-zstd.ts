/** @file The system's own zstd, where Node has none: four times as fast as WebAssembly, on a thread of its own, into given memory. */
import { systemLibrary } from "../../support/native.js";

/**
 * Takes what zstd compressed apart, into `target`.
 * @returns the bytes that it made, or why it made none; `isFull` when only `target` was too small
 */
export type NativeZstd = (
  bytes: Uint8Array<ArrayBuffer>,
  target: Uint8Array<ArrayBuffer>,
) => Promise<{ readonly made: number } | { readonly problem: string; readonly isFull: boolean }>;

/** Named by the library's first ABI, which all versions since 2015 have. */
const LIBRARIES = { linux: "libzstd.so.1", darwin: "libzstd.1.dylib" };

/** ZSTD_error_dstSize_tooSmall in zstd_errors.h. */
const TOO_SMALL = 70;

let loading: Promise<NativeZstd | undefined> | undefined;

/** The library's decoder; undefined where there is no such library, and in worker threads, which may end while a call is under way. */
export async function nativeZstd(): Promise<NativeZstd | undefined> {
  loading ??= load().catch(() => undefined);
  return loading;
}

type Call = (
  target: Uint8Array,
  capacity: number,
  bytes: Uint8Array,
  length: number,
  done: (error: unknown, result: number | bigint) => void,
) => void;

async function load(): Promise<NativeZstd | undefined> {
  const library = await systemLibrary(LIBRARIES);
  if (library === undefined) return undefined;
  const decompress = library.func(
    "size_t ZSTD_decompress(void *target, size_t capacity, const void *bytes, size_t length)",
  ).async as Call;
  const codeOf = library.func("int ZSTD_getErrorCode(size_t result)") as (result: number | bigint) => number;
  const nameOf = library.func("const char *ZSTD_getErrorName(size_t result)") as (
    result: number | bigint,
  ) => string;
  return async (bytes, target) => {
    const result = await new Promise<number | bigint>((resolve, reject) =>
      decompress(target, target.length, bytes, bytes.length, (error, made) =>
        error ? reject(error) : resolve(made),
      ),
    );
    const code = codeOf(result);
    if (code === 0) return { made: Number(result) };
    return { problem: nameOf(result), isFull: code === TOO_SMALL };
  };
}
