/** @file Which data a training is about: the content of files, whatever they are called. */
import { sha256, sha256OfFile } from "../support/hash.js";

/** SHA-256 of the contents of files, in their order. Files are read one at a time: there may be very many. */
export async function digestOfData(paths: readonly string[]): Promise<string> {
  const digests: string[] = [];
  for (const path of paths) digests.push(await sha256OfFile(path));
  return sha256(digests.join());
}
