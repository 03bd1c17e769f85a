/**
 * @file What a file of SentencePiece may hold, looked at before it is read: an empty message takes two bytes of it, and a hundred times as many
 * of memory.
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Field of ModelProto whose messages are the pieces. */
const PIECES = 1;

/** The largest vocabularies have some hundred thousand pieces. */
const MOST_PIECES = 2 ** 21;

/** Bytes of all other fields: how text is split and normalised takes some hundred thousand. */
const MOST_OTHER_BYTES = 2 ** 23;

/** Bytes of one piece; the messages in it are no larger. */
const LONGEST_PIECE = 2 ** 16;

/** A file holds more than any model. */
export class BoundsError extends RangeError {}

/** @throws BoundsError for a file that holds more than a model does; what the reader throws for one that is cut off */
export function checkBounds(bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  let [pieces, others] = [0, 0];
  while (reader.pos < reader.len) {
    const begin = reader.pos;
    const [field, type] = reader.tag();
    reader.skip(type, field);
    const size = reader.pos - begin;
    const isPiece = field === PIECES && type === WireType.LengthDelimited;
    if (isPiece) pieces += 1;
    if (isPiece && size > LONGEST_PIECE)
      throw new BoundsError(`it has a piece of ${size} bytes, at most ${LONGEST_PIECE} are read`);
    // Each is an object, however short.
    if (!isPiece) others += size;
    if (pieces > MOST_PIECES || others > MOST_OTHER_BYTES)
      throw new BoundsError(
        `it has more than a model: at most ${MOST_PIECES} pieces and ${MOST_OTHER_BYTES} bytes beside them are read`,
      );
  }
}
