/** @file The names of the formats, apart from their readers, which are all of the compiler to load. */
export const formatNames = [
  "program",
  "portable",
  "safetensors",
  "torch",
  "orbax",
  "zarr",
  "shards",
  "tokenizer.json",
  "tokenizer.model",
  "config",
  "artifact",
  "manifest",
  "archive",
  "session",
  "training",
  "hlo-text",
  "hlo-proto",
] as const;
export type FormatName = (typeof formatNames)[number];
