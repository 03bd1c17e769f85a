/** @file Text that a tokenizer cannot spell, told with the file and the line that it is from. */
import { UsageError } from "../support/errors.js";
import { DataError } from "./errors.js";

/**
 * What `spell` makes of the text of a line.
 * @param where file and line
 * @throws DataError for what the tokenizer refuses, with its words
 */
export function spelledAt<T>(where: string, spell: () => T): T {
  try {
    return spell();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { where: tokenizer, ...said } = error.details;
    const details = [...(said.details ?? []), ...(typeof tokenizer === "string" ? [`by ${tokenizer}`] : [])];
    throw new DataError({ ...said, where, details, cause: error });
  }
}
