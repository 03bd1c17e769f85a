/** @file Pieces in rows of one width: one a row with padding behind, or as many as fit. */
import type { Piece } from "./pieces.js";

/** Rows of tokens side by side, each array [batch, width] row-major. */
export interface RowBatch {
  readonly tokens: Int32Array<ArrayBuffer>;
  /** 1 where a token is to be predicted. */
  readonly mask: Int32Array<ArrayBuffer>;
  /** Each token's place in its piece, 0 starts one; padding goes on counting. */
  readonly positions: Int32Array<ArrayBuffer>;
  /** How many tokens are to be predicted. */
  readonly counted: number;
}

export interface RowShape {
  readonly batch: number;
  /** Tokens a row, with the last one, which is only predicted. */
  readonly width: number;
  readonly padId: number;
  /** Several pieces a row, as many as fit. Default: one. */
  readonly packs?: boolean | undefined;
}

/** Rows being filled. */
export class Rows {
  readonly #rows: Piece[][] = [];
  #used = 0;

  constructor(private readonly shape: RowShape) {}

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Whether no piece has a place, however short. */
  get isFull(): boolean {
    const { batch, packs } = this.shape;
    return packs !== true && this.#rows.length === batch;
  }

  /** Takes a piece, which fits a row, or says that the batch has no place for it. */
  add(piece: Piece): boolean {
    const { batch, width, packs } = this.shape;
    const { length } = piece.tokens;
    if (!this.isEmpty && packs === true && this.#used + length <= width) {
      this.#rows.at(-1)!.push(piece);
      this.#used += length;
      return true;
    }
    if (this.#rows.length === batch) return false;
    this.#rows.push([piece]);
    this.#used = length;
    return true;
  }

  /** The batch; rows that were not filled are padding. */
  take(): RowBatch {
    const { batch, width, padId } = this.shape;
    const tokens = new Int32Array(batch * width).fill(padId);
    const mask = new Int32Array(batch * width);
    const positions = Int32Array.from({ length: batch * width }, (_, i) => i % width);
    let counted = 0;
    this.#rows.forEach((pieces, row) => {
      let at = row * width;
      for (const piece of pieces) {
        tokens.set(piece.tokens, at);
        mask.set(piece.mask, at);
        for (let i = at; i < (row + 1) * width; i++) positions[i] = i - at;
        counted += piece.mask.reduce((sum, one) => sum + one, 0);
        at += piece.tokens.length;
      }
    });
    return { tokens, mask, positions, counted };
  }
}
