/** @file Tensors of a file as a table. */
import type { TensorsDescription } from "../../engine/index.js";
import { formatTable } from "../../support/table.js";
import { formatCount } from "../count.js";
import { formatBytes } from "../progress.js";

const FORMATS = {
  safetensors: "safetensors",
  torch: "PyTorch (torch.save)",
  orbax: "orbax (arrays of zarr in a database, OCDBT)",
  "orbax-zarr": "orbax (arrays of zarr in folders)",
} as const;

export function tensorLines({ kind, path, bytes, metadata, tensors }: TensorsDescription): readonly string[] {
  const count = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const types = [...new Set(tensors.map(({ dtype }) => dtype))].join(", ");
  const rows = tensors.map((tensor) => [
    tensor.name,
    tensor.dtype,
    `[${tensor.shape.join(", ")}]`,
    formatBytes(tensor.bytes),
  ]);
  return [
    `${path}: ${FORMATS[kind]}, ${tensors.length} tensors, ${formatCount(count)} numbers in ${types || "no type"}, ${formatBytes(bytes)}`,
    ...Object.entries(metadata).map(([key, value]) => `  ${key}: ${value}`),
    "",
    ...formatTable(["tensor", "type", "shape", "size"], rows, [3]),
  ];
}
