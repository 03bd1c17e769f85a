/** @file An artifact written as one archive (.zip, zip64 where it is needed): equal files give equal bytes. */
import { createWriteStream } from "node:fs";
import { Readable, Writable } from "node:stream";
import { measure, openContent } from "./measured.js";
import type { Sink } from "./sink.js";

/** Weights do not pack; they stay as they are, so that their bytes can be found in the archive. */
const isStored = (path: string): boolean => path.endsWith(".safetensors");

/** 1 January 1980, the first moment that archives know: the time of export is nobody's business. */
const NO_TIME = 0x00210000;

/** Writes an archive at `path`. */
export async function archiveSink(path: string): Promise<Sink> {
  const { configure, ZipWriter } = await import("@zip.js/zip.js");
  // The library's own deflate gives the same bytes on every system.
  configure({ useWebWorkers: false, useCompressionStream: false });
  const output = createWriteStream(path, { flags: "wx", flush: true });
  const writer = new ZipWriter(Writable.toWeb(output) as WritableStream<Uint8Array>, {
    rawLastModDate: NO_TIME,
    extendedTimestamp: false,
    keepOrder: true,
  });
  return {
    async add(name, content, onBytes) {
      const { stream, bytes } = await openContent(content);
      const meter = measure(name, onBytes);
      stream.on("error", (error) => meter.stream.destroy(error)).pipe(meter.stream);
      const readable = Readable.toWeb(meter.stream) as ReadableStream<Uint8Array>;
      try {
        await writer.add(
          name,
          { readable, size: bytes },
          { level: isStored(name) ? 0 : 6, uncompressedSize: bytes },
        );
      } catch (error) {
        // Nothing more is written: the archive is not closed then.
        output.destroy();
        throw error;
      }
      return meter.written();
    },
    async close() {
      await writer.close();
    },
  };
}
