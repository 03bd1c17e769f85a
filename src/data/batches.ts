/** @file Batches of a data source: without end for training, once for a test; where they stand can be kept, and gone on from. */
import { DataError, nothingLeft, TooLongError } from "./errors.js";
import { orderOf } from "./order.js";
import { cutExample, type Encoder, type Piece } from "./pieces.js";
import { type RowBatch, Rows, type RowShape } from "./rows.js";
import type { DataSource } from "./source.js";

/** How examples become batches. */
export interface BatchOptions extends RowShape {
  /** Examples are drawn in an order of their own each time round. Default: the order of the files. */
  readonly seed?: number | undefined;
  /** Examples that are longer than a row are passed over. Default: they are an error. */
  readonly skipsLong?: boolean | undefined;
}

/** Where batches stand: the next piece that is taken. */
export interface DataPosition {
  /** Times that all examples were taken. */
  readonly epoch: number;
  /** Examples taken since then. */
  readonly example: number;
  /** Pieces taken of the next example. */
  readonly piece: number;
}

export const START: DataPosition = { epoch: 0, example: 0, piece: 0 };

/** Batches of examples, one time round after the other. */
export class Batches {
  #position: DataPosition;
  #order: Uint32Array;
  #pieces: readonly Piece[] | undefined;
  #skipped = 0;
  /** Pieces taken of this time round. */
  #found: number;

  constructor(
    private readonly source: DataSource,
    private readonly encoder: Encoder,
    private readonly options: BatchOptions,
    position: DataPosition = START,
  ) {
    if (position.example >= source.count) throw positionError(source, position);
    this.#position = position;
    this.#found = position.example + position.piece;
    this.#order = orderOf(source.count, position.epoch, options.seed);
  }

  /** Where the next batch begins. */
  get position(): DataPosition {
    return this.#position;
  }

  /** Examples passed over so far, because they are longer than a row. */
  get skipped(): number {
    return this.#skipped;
  }

  /** The next batch, full; of what follows it only what could still have a place is read. @throws DataError */
  async next(): Promise<RowBatch> {
    const rows = new Rows(this.options);
    while (!rows.isFull && rows.add(await this.#piece())) this.#advance();
    return rows.take();
  }

  /** The batches of the rest of this time round; rows of the last one may be padding. @throws DataError */
  async *rest(): AsyncGenerator<RowBatch, void, void> {
    const { epoch } = this.#position;
    let rows = new Rows(this.options);
    for (;;) {
      const piece = await this.#piece();
      if (this.#position.epoch > epoch) break;
      if (!rows.add(piece)) {
        yield rows.take();
        rows = new Rows(this.options);
        rows.add(piece);
      }
      this.#advance();
    }
    if (!rows.isEmpty) yield rows.take();
  }

  /** The piece at the position. */
  async #piece(): Promise<Piece> {
    while (this.#pieces === undefined) {
      const placed = await this.source.read(this.#order[this.#position.example]!);
      const pieces = this.#cut(placed);
      if (this.#position.piece < pieces.length) this.#pieces = pieces;
      else this.#nextExample();
    }
    return this.#pieces[this.#position.piece]!;
  }

  #cut(placed: Awaited<ReturnType<DataSource["read"]>>): readonly Piece[] {
    try {
      return cutExample(placed, this.encoder, this.options.width);
    } catch (error) {
      if (this.options.skipsLong !== true || !(error instanceof TooLongError)) throw error;
      this.#skipped += 1;
      return [];
    }
  }

  #advance(): void {
    this.#found += 1;
    const piece = this.#position.piece + 1;
    this.#position = { ...this.#position, piece };
    if (piece >= this.#pieces!.length) this.#nextExample();
  }

  #nextExample(): void {
    const { epoch, example } = this.#position;
    this.#pieces = undefined;
    this.#position = { epoch, example: example + 1, piece: 0 };
    if (example + 1 < this.source.count) return;
    if (this.#found === 0) throw nothingLeft(this.source.count);
    this.#found = 0;
    this.#position = { epoch: epoch + 1, example: 0, piece: 0 };
    this.#order = orderOf(this.source.count, epoch + 1, this.options.seed);
  }
}

const positionError = ({ count }: DataSource, { example }: DataPosition): DataError =>
  new DataError({
    message: "the data have fewer examples than were taken of them before",
    expected: `more than ${example} examples`,
    got: String(count),
    hint: "go on with the data that training began with",
  });
