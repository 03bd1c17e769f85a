/** @file Examples to learn from and to be tested on: read from files, as tokens, in batches. */
export { Batches, type BatchOptions, type DataPosition, START } from "./batches.js";
export { DataError } from "./errors.js";
export { type Example, parseJsonLine } from "./example.js";
export { readLines } from "./lines.js";
export { checkLengths, type RowLimit } from "./long-examples.js";
export { type Encoder, encodeExample, type Piece } from "./pieces.js";
export type { RowBatch } from "./rows.js";
export { type DataSource, openData, type PlacedExample } from "./source.js";
export { spelledAt } from "./spelled.js";
