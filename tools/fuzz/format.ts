/** @file What the fuzzer asks of a file format. */

/** Files by their path within a folder. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** A number from 0 up to but not including the limit. */
export type Random = (limit: number) => number;

export interface Format {
  /** Good ones; one file of one of them is damaged at a time. */
  samples(): readonly Files[] | Promise<readonly Files[]>;
  /** Instead of damaging: files that are made to lie, of good ones. */
  lies?(sample: Files, random: Random): Files;
  /**
   * Reads what lies in a folder, all of it. @returns a digest of the numbers that were read where the format has checksums for them: a damaged
   * one must give an error or the same. @throws GriffinError for what is no good
   */
  read(folder: string): Promise<string | undefined>;
}
