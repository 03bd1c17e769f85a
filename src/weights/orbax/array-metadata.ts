/** @file What zarr says of an array: type, shape, chunks, and how a chunk's bytes became what is stored (versions 2 and 3 of zarr). */
import { z } from "zod";
import type { StoredType } from "../dtype.js";
import type { ChunkForm, Decoder } from "./chunk.js";
import { compressors } from "./codecs.js";
import type { ShardForm } from "./shard.js";

/** More axes than arrays of numpy and PyTorch have. */
const MOST_AXES = 64;

const sizes = z.array(z.int().nonnegative()).max(MOST_AXES);
const chunkSizes = z.array(z.int().positive()).max(MOST_AXES);

const compressor = z.enum(compressors as [string, ...string[]], compressors.join(", "));

/** An array as it is stored. */
export interface ArrayMetadata extends ChunkForm {
  readonly shape: readonly number[];
  /** Of the chunks within each chunk, where chunks are shards. */
  readonly shard?: ShardForm;
  /** The key of a chunk, behind the array's own. */
  keyOf(index: readonly number[]): string;
}

/** Types as numpy, TensorStore and zarr 3 spell them. */
const TYPES: Readonly<Record<string, StoredType>> = {
  "<f4": "f32",
  "<f2": "f16",
  "<f8": "f64",
  "<i4": "i32",
  "<i8": "i64",
  "<i2": "i16",
  "|i1": "i8",
  "|u1": "ui8",
  "<u2": "ui16",
  "<u4": "ui32",
  "<u8": "ui64",
  "|b1": "i1",
  "<c8": "complex<f32>",
  bfloat16: "bf16",
  float32: "f32",
  float16: "f16",
  float64: "f64",
  int32: "i32",
  int64: "i64",
  int16: "i16",
  int8: "i8",
  uint8: "ui8",
  uint16: "ui16",
  uint32: "ui32",
  uint64: "ui64",
  bool: "i1",
  complex64: "complex<f32>",
  float8_e4m3fn: "f8E4M3FN",
  float8_e5m2: "f8E5M2",
};

/** What zarr 2, as TensorStore reads it, calls each type. */
export const zarrTypes: ReadonlyMap<StoredType, string> = new Map(
  Object.entries(TYPES)
    .toReversed()
    .map(([name, type]) => [type, name]),
);

const type = z
  .string()
  .refine((name) => Object.hasOwn(TYPES, name), Object.keys(TYPES).join(", "))
  .transform((name) => TYPES[name]!);

const version2 = z
  .looseObject({
    zarr_format: z.literal(2),
    shape: sizes,
    chunks: chunkSizes,
    dtype: type,
    order: z.enum(["C", "F"]).default("C"),
    compressor: z.looseObject({ id: compressor }).nullable(),
    filters: z.null("null (no filter is known)").optional(),
    dimension_separator: z.enum([".", "/"]).default("."),
  })
  .transform((array): ArrayMetadata => {
    const { dtype, shape, chunks, order, compressor, dimension_separator: separator } = array;
    const decoders = compressor === null ? [] : [{ kind: "compressor", name: compressor.id } as const];
    const keyOf = (index: readonly number[]) => (index.length === 0 ? "0" : index.join(separator));
    return { dtype, shape, chunks, fortran: order === "F", decoders, keyOf };
  });

const bytesCodec = z.looseObject({
  name: z.literal("bytes"),
  configuration: z.looseObject({ endian: z.literal("little").default("little") }).optional(),
});

const chunkCodecs = z
  .tuple([bytesCodec], z.looseObject({ name: z.enum(["crc32c", ...compressors]) }))
  .describe("bytes, then compressors and checksums");

const shardCodec = z.looseObject({
  name: z.literal("sharding_indexed"),
  configuration: z.looseObject({
    chunk_shape: chunkSizes,
    codecs: chunkCodecs,
    index_codecs: z.tuple([bytesCodec], z.looseObject({ name: z.literal("crc32c") })),
    index_location: z.enum(["start", "end"]).default("end"),
  }),
});

type ChunkCodecs = z.infer<typeof chunkCodecs>;

const decodersOf = ([, ...others]: ChunkCodecs): readonly Decoder[] =>
  others
    .toReversed()
    .map(({ name }): Decoder => (name === "crc32c" ? { kind: "crc32c" } : { kind: "compressor", name }));

/** How the chunks within a shard are stored. */
function shardForm(dtype: StoredType, { configuration }: z.infer<typeof shardCodec>): ShardForm {
  const { chunk_shape: chunks, codecs, index_codecs, index_location: location } = configuration;
  const index = { location, hasChecksum: index_codecs.length > 1 };
  return { dtype, chunks, fortran: false, decoders: decodersOf(codecs), index };
}

const version3 = z
  .looseObject({
    zarr_format: z.literal(3),
    node_type: z.literal("array"),
    shape: sizes,
    data_type: type,
    chunk_grid: z.looseObject({
      name: z.literal("regular"),
      configuration: z.looseObject({ chunk_shape: chunkSizes }),
    }),
    chunk_key_encoding: z.looseObject({
      name: z.enum(["default", "v2"]),
      configuration: z.looseObject({ separator: z.enum([".", "/"]).optional() }).optional(),
    }),
    codecs: z.union([z.tuple([shardCodec]), chunkCodecs]),
  })
  .transform((array): ArrayMetadata => {
    const { data_type: dtype, shape, chunk_grid, chunk_key_encoding: encoding, codecs } = array;
    const isDefault = encoding.name === "default";
    const separator = encoding.configuration?.separator ?? (isDefault ? "/" : ".");
    const keyOf = (index: readonly number[]) =>
      isDefault ? ["c", ...index].join(separator) : index.length === 0 ? "0" : index.join(separator);
    const common = { dtype, shape, chunks: chunk_grid.configuration.chunk_shape, fortran: false, keyOf };
    return isSharded(codecs)
      ? { ...common, decoders: [], shard: shardForm(dtype, codecs[0]) }
      : { ...common, decoders: decodersOf(codecs) };
  })
  .refine(
    ({ chunks, shard }) =>
      shard === undefined ||
      (shard.chunks.length === chunks.length &&
        chunks.every((size, axis) => size % shard.chunks[axis]! === 0)),
    "codecs: the chunks of a shard do not fill it",
  );

const isSharded = (
  codecs: [z.infer<typeof shardCodec>] | ChunkCodecs,
): codecs is [z.infer<typeof shardCodec>] => codecs[0].name === "sharding_indexed";

/** The files that describe arrays, by their names, and what they hold. */
export const metadataFiles = { ".zarray": version2, "zarr.json": version3 } as const;
