/** @file The files of an artifact as they are written, one after another, and what ends them: signature, hash and manifest. */
import { basename } from "node:path";
import { UsageError } from "../support/errors.js";
import { sha256 } from "../support/hash.js";
import { digestLine } from "./files.js";
import type { SigningKey } from "./keys.js";
import { DIGEST_FILE, isArtifactPath, MANIFEST_FILE } from "./manifest.js";
import { SIGNATURE_FILE, signManifest } from "./signature.js";
import type { Content, Sink, WrittenFile } from "./sink.js";

/** How far writing is. */
export interface WriteProgress {
  /** The file that is being written. */
  readonly path: string;
  readonly bytes: number;
}

/** Puts files into a sink, and remembers them. */
export class FilesWritten {
  readonly #files: WrittenFile[] = [];

  constructor(
    private readonly sink: Sink,
    private readonly onProgress: ((progress: WriteProgress) => void) | undefined,
  ) {}

  /** What was written so far, in order. */
  get files(): readonly WrittenFile[] {
    return this.#files;
  }

  /** Writes a file. @returns its path @throws UsageError for a name that no artifact can hold */
  async add(path: string, content: Content): Promise<string> {
    if (!isArtifactPath(path)) {
      throw new UsageError({
        message: `a file named ${JSON.stringify(basename(path))} cannot be in an artifact`,
        expected: "a name of letters, digits and . _ - + @",
      });
    }
    let bytes = 0;
    const report = (more: number) => {
      bytes += more;
      this.onProgress?.({ path, bytes });
    };
    this.#files.push(await this.sink.add(path, content, report));
    return path;
  }

  /** Writes what vouches for all other files, the manifest last. @param manifest its text, given what it has to list */
  async finish(
    manifest: (files: readonly WrittenFile[]) => string,
    signing: SigningKey | undefined,
  ): Promise<void> {
    const text = manifest([...this.#files].sort((a, b) => (a.path < b.path ? -1 : 1)));
    if (signing !== undefined) await this.add(SIGNATURE_FILE, signManifest(Buffer.from(text), signing));
    await this.add(DIGEST_FILE, digestLine(sha256(text)));
    await this.add(MANIFEST_FILE, text);
  }
}
