/** @file What goes into a file of an artifact, as a stream that is measured on its way. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { READ_BYTES } from "../support/hash.js";
import { UsageError } from "../support/errors.js";
import type { Content, WrittenFile } from "./sink.js";

/** Content as a stream, and its size in bytes. */
export async function openContent(content: Content): Promise<{ stream: Readable; bytes: number }> {
  if (typeof content === "object" && "copyOf" in content) {
    const { copyOf } = content;
    const stats = await stat(copyOf);
    // A pipe would be waited for.
    if (!stats.isFile()) throw new UsageError({ message: "not a file: it cannot be copied", where: copyOf });
    return { stream: createReadStream(copyOf, { highWaterMark: READ_BYTES }), bytes: stats.size };
  }
  const bytes = Buffer.from(content);
  return { stream: Readable.from([bytes], { objectMode: false }), bytes: bytes.length };
}

/** Passes bytes on unchanged; `written` says what went through. What `onBytes` throws ends the stream. */
export function measure(path: string, onBytes?: (bytes: number) => void) {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _, next) {
      hash.update(chunk);
      bytes += chunk.length;
      try {
        onBytes?.(chunk.length);
      } catch (error) {
        return next(error as Error);
      }
      next(undefined, chunk);
    },
  });
  return { stream, written: (): WrittenFile => ({ path, bytes, sha256: hash.digest("hex") }) };
}
