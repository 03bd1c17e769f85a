/** @file Memory for what is read and done with at once: new memory of megabytes costs as much as reading into it, and V8 looks for garbage after it. */
import type { Allocate } from "./store.js";

/** Pieces that are used again: as many as there are readers at once. */
export class BriefMemory {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** What `run` makes with memory for one value, which nobody may look at afterwards. */
  async lend<T>(run: (allocate: Allocate) => Promise<T>): Promise<T> {
    let piece = this.#free.pop();
    try {
      return await run((bytes) => {
        if (piece === undefined || piece.length < bytes) piece = new Uint8Array(bytes);
        return piece.subarray(0, bytes);
      });
    } finally {
      if (piece !== undefined) this.#free.push(piece);
    }
  }
}
