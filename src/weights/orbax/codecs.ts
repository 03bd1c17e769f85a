/** @file Compressed bytes taken apart. */
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { CheckpointError } from "../errors.js";
import { type NativeZstd, nativeZstd } from "./native-zstd.js";
import type { Allocate } from "../memory.js";

/** Takes bytes apart that make at most `most` bytes, into what `allocate` gives where it can. */
type Decode = (bytes: Uint8Array<ArrayBuffer>, most: number, allocate?: Allocate) => Promise<Uint8Array>;

/** Compressors by the name that zarr gives them. Those in WebAssembly are loaded when they are needed. */
const DECODERS: Readonly<Record<string, () => Promise<Decode>>> = {
  zstd: async () =>
    zstdOfNode() ?? (await zstdOfSystem()) ?? decoderOf((await import("numcodecs/zstd")).default),
  blosc: async () => {
    const decode = decoderOf((await import("numcodecs/blosc")).default);
    return async (bytes, most) => {
      checkBlosc(bytes, most);
      return decode(bytes, most);
    };
  },
  lz4: async () => {
    const decode = decoderOf((await import("numcodecs/lz4")).default);
    return async (bytes, most) => {
      checkSize(bytes.length < 4 ? -1 : viewOf(bytes).getUint32(0, true), most);
      return decode(bytes, most);
    };
  },
  gzip: async () => async (bytes, most) => zlib.gunzipSync(bytes, { maxOutputLength: most }),
  zlib: async () => async (bytes, most) => zlib.inflateSync(bytes, { maxOutputLength: most }),
};

/** Of Nodes from 22.15 on, whose types those of the oldest that we run on do not have. */
interface Zstd {
  readonly zstdDecompress?: (
    bytes: Uint8Array,
    options: zlib.ZlibOptions,
    callback: (error: Error | null, result: Buffer) => void,
  ) => void;
}

/** Node's own: five times as fast as WebAssembly, and not on the calling thread. */
function zstdOfNode(): Decode | undefined {
  const { zstdDecompress } = zlib as typeof zlib & Zstd;
  if (zstdDecompress === undefined) return undefined;
  const decode = promisify(zstdDecompress);
  // The size of what is made at a time: all of a chunk, which then lies in memory of just its size.
  return (bytes, most) =>
    decode(bytes, { maxOutputLength: most, chunkSize: Math.max(64, Math.min(most, 64 * bytes.length)) });
}

async function zstdOfSystem(): Promise<Decode | undefined> {
  const decode = await nativeZstd();
  if (decode === undefined) return undefined;
  return (bytes, most, allocate) =>
    allocate === undefined ? decodeGrowing(decode, bytes, most) : decodeInto(decode, bytes, allocate(most));
}

async function decodeInto(
  decode: NativeZstd,
  bytes: Uint8Array<ArrayBuffer>,
  target: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const result = await decode(bytes, target);
  if ("made" in result) return target.subarray(0, result.made);
  throw new Error(result.problem);
}

/** What may be far less than `most` bytes. */
async function decodeGrowing(
  decode: NativeZstd,
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array> {
  for (let size = Math.min(most, 8 * bytes.length); ; size = Math.min(most, 8 * size)) {
    const target = new Uint8Array(size);
    const result = await decode(bytes, target);
    if ("made" in result) return target.subarray(0, result.made);
    if (!result.isFull || size === most) throw new Error(result.problem);
  }
}

const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, length);

function checkSize(size: number, most: number): void {
  if (size < 0 || size > most) throw new Error(`it says that it makes ${size} bytes, of at most ${most}`);
}

const BLOSC_HEADER_BYTES = 16;

/** The decoder gives whatever was in memory for a buffer that is cut off. Its header: versions, flags, then sizes u32: whole, block, packed. */
function checkBlosc(bytes: Uint8Array, most: number): void {
  if (bytes.length < BLOSC_HEADER_BYTES) throw new Error("it is cut off");
  const view = viewOf(bytes);
  checkSize(view.getUint32(4, true), most);
  const packed = view.getUint32(12, true);
  if (packed !== bytes.length) throw new Error(`it says that it has ${packed} bytes`);
}

interface Codec {
  decode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Of the 2 GiB that a module of WebAssembly can have, its own code and stack take little. */
const MOST_IN_WEBASSEMBLY = 2 ** 31 - 2 ** 26;

const decoderOf = (codec: { fromConfig(config: never): Codec }): Decode => {
  const decoder = codec.fromConfig({} as never);
  return async (bytes, most) => {
    // The packed bytes lie in its memory twice.
    if (2 * bytes.length + most > MOST_IN_WEBASSEMBLY) throw new RangeError(`it makes ${most} bytes`);
    return decoder.decode(bytes);
  };
};

/** Names of the compressors that are read. */
export const compressors: readonly string[] = Object.keys(DECODERS);

/**
 * What `bytes` are when they are taken apart.
 * @param options.what names them in errors; `most` bounds the bytes that they make; `allocate` gives memory for so many, which is used where the decoder can
 * @throws CheckpointError when they are cut off or otherwise not what the compressor made, or make more than memory has room for
 */
export async function decompress(
  compressor: string,
  bytes: Uint8Array<ArrayBuffer>,
  {
    where,
    what,
    most,
    allocate,
  }: {
    readonly where: string;
    readonly what: string;
    readonly most: number;
    readonly allocate?: Allocate | undefined;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const decode = await DECODERS[compressor]!();
    const made = (await decode(bytes, most, allocate)) as Uint8Array<ArrayBuffer>;
    // A Buffer's slice is no copy, as those of other arrays of bytes are.
    return new Uint8Array(made.buffer, made.byteOffset, made.length);
  } catch (error) {
    const got = `${bytes.length} bytes (${error instanceof Error ? error.message : String(error)})`;
    const problem =
      error instanceof RangeError
        ? {
            problem: "too large to be taken apart here",
            expected: "a chunk that memory has room for",
            hint: "Node 22.15 and newer, and the system's libzstd, take larger ones; or save the checkpoint in smaller chunks",
          }
        : {
            problem: `not what ${compressor} compressed`,
            expected: "a whole compressed chunk",
            hint: "fetch the checkpoint again",
          };
    throw new CheckpointError(where, [{ subject: what, ...problem, got }]);
  }
}
