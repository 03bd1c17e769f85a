/** @file Where the files of an artifact are written to: a folder (folder-sink.ts) or an archive (archive-sink.ts). */

/** A file's content: bytes, text, or another file of any size. */
export type Content = Uint8Array | string | { readonly copyOf: string };

/** What was written. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Takes files one after another. */
export interface Sink {
  /** @param onBytes is told how many bytes more were written */
  add(path: string, content: Content, onBytes?: (bytes: number) => void): Promise<WrittenFile>;
  close(): Promise<void>;
}
