/** @file Which data a training is about: the content of files, whatever they are called. */
import { createHash, type Hash } from "node:crypto";
import { sha256 } from "../support/hash.js";

/** SHA-256 of the contents of files, in their order: they are taken as they are read. */
export class DataDigest {
  readonly #files: Hash[] = [];

  /** Takes the bytes of one more file. */
  nextFile(): (bytes: Uint8Array) => void {
    const hash = createHash("sha256");
    this.#files.push(hash);
    return (bytes) => hash.update(bytes);
  }

  /** In hexadecimal, once all files are read. */
  end(): string {
    return sha256(this.#files.map((hash) => hash.digest("hex")).join());
  }
}
