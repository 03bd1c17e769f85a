/** @file Where griffin export writes, and what it says of what it wrote. */
import type { WrittenFile } from "../../artifact/index.js";
import { formatTable } from "../../support/table.js";
import { formatBytes } from "../progress.js";

/** The path that is written: an archive's ends in .zip. */
export function placeOf({ output, zip }: { readonly output: string; readonly zip?: boolean }): {
  readonly zip: boolean;
  readonly path: string;
} {
  if (output.endsWith(".zip")) return { zip: true, path: output };
  return zip === true ? { zip, path: `${output}.zip` } : { zip: false, path: output };
}

export const totalBytes = (files: readonly WrittenFile[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);

/** The files, and a line about all of them. */
export const fileLines = (
  path: string,
  files: readonly WrittenFile[],
  stablehlo: string,
): readonly string[] => [
  ...formatTable(
    ["file", "size"],
    files.map((file) => [file.path, formatBytes(file.bytes)]),
    [1],
  ),
  "",
  `${path}: ${files.length} files, ${formatBytes(totalBytes(files))}, StableHLO ${stablehlo}`,
];
