/** @file Compressed bytes taken apart. */
import { CheckpointError } from "../errors.js";

/** Compressors by the name that zarr gives them. Each is loaded when it is needed: they are WebAssembly. */
const DECODERS: Readonly<Record<string, () => Promise<(bytes: Uint8Array) => Promise<Uint8Array>>>> = {
  zstd: async () => decoderOf((await import("numcodecs/zstd")).default),
  blosc: async () => decoderOf((await import("numcodecs/blosc")).default),
  lz4: async () => decoderOf((await import("numcodecs/lz4")).default),
  gzip: async () => decoderOf((await import("numcodecs/gzip")).default),
  zlib: async () => decoderOf((await import("numcodecs/zlib")).default),
};

interface Codec {
  decode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

const decoderOf = (codec: { fromConfig(config: never): Codec }) => {
  const decoder = codec.fromConfig({} as never);
  return async (bytes: Uint8Array) => decoder.decode(bytes);
};

/** Names of the compressors that are read. */
export const compressors: readonly string[] = Object.keys(DECODERS);

/**
 * What `bytes` are when they are taken apart.
 * @param what names them in errors
 * @throws CheckpointError when they are cut off or otherwise not what the compressor made
 */
export async function decompress(
  compressor: string,
  bytes: Uint8Array<ArrayBuffer>,
  { where, what }: { readonly where: string; readonly what: string },
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return (await (
      await DECODERS[compressor]!()
    )(bytes)) as Uint8Array<ArrayBuffer>;
  } catch (error) {
    throw new CheckpointError(where, [
      {
        subject: what,
        problem: `not what ${compressor} compressed`,
        expected: "a whole compressed chunk",
        got: `${bytes.length} bytes (${error instanceof Error ? error.message : String(error)})`,
        hint: "fetch the checkpoint again",
      },
    ]);
  }
}
