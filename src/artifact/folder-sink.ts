/** @file The files of an artifact, written into a folder. The hash is taken while the bytes pass. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { measure, openContent } from "./measured.js";
import type { Sink } from "./sink.js";

/** Writes into an existing folder; each file is on the disk before the next begins. */
export function folderSink(folder: string): Sink {
  return {
    async add(path, content, onBytes) {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      const { stream } = await openContent(content);
      const meter = measure(path, onBytes);
      await pipeline(stream, meter.stream, createWriteStream(target, { flags: "wx", flush: true }));
      return meter.written();
    },
    close: async () => {},
  };
}
