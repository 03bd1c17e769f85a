/** @file Whether a file is where it is looked for. */
import { statSync } from "node:fs";

/** Bytes of a file; undefined when there is none, or its folder cannot be looked into: then it cannot be loaded either. */
export function fileSize(path: string): number | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined;
  }
}
