/** @file Memory for what is read and done with at once: new memory of megabytes costs as much as reading into it, and V8 looks for garbage after it. */

/** Memory of so many bytes. */
export type Allocate = (bytes: number) => Uint8Array<ArrayBuffer>;

/** Memory that is somebody's until it is given back. */
export interface Lent {
  /** The same memory at each call, as much of it as is asked for. */
  readonly allocate: Allocate;
  readonly giveBack: () => void;
}

/** Pieces that are used again: as many as there are readers at once. */
export class BriefMemory {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** Memory for one value, which nobody may look at after it is given back. */
  borrow(): Lent {
    let piece: Uint8Array<ArrayBuffer> | undefined;
    return {
      allocate: (bytes) => {
        piece ??= this.#take(bytes);
        if (piece.length < bytes) piece = new Uint8Array(bytes);
        return piece.subarray(0, bytes);
      },
      giveBack: () => {
        if (piece !== undefined) this.#free.push(piece);
        piece = undefined;
      },
    };
  }

  /** The smallest piece that is large enough; a new one instead of the largest that is not. */
  #take(bytes: number): Uint8Array<ArrayBuffer> {
    this.#free.sort((a, b) => a.length - b.length);
    const fitting = this.#free.findIndex(({ length }) => length >= bytes);
    if (fitting >= 0) return this.#free.splice(fitting, 1)[0]!;
    this.#free.pop();
    return new Uint8Array(bytes);
  }

  /** What `run` makes with memory for one value, which nobody may look at afterwards. */
  async lend<T>(run: (allocate: Allocate) => Promise<T>): Promise<T> {
    const { allocate, giveBack } = this.borrow();
    try {
      return await run(allocate);
    } finally {
      giveBack();
    }
  }
}
