/** @file The programs of a folder. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Every `.mlir` file below `folder`, sorted. */
export const programFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".mlir"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
