/** @file Open files in this package's declarations, which ask those who use it for no types of Node. */

/** A FileHandle of `node:fs/promises`, and nothing else. */
export interface OpenFile {
  readonly fd: number;
}
