/** @file The first of several folders that can be written. */
import { EnvironmentError } from "./errors.js";

/**
 * Does something in the first folder where the system lets it.
 * @param what needs the folder, for the error: "to unpack x.zip in"
 * @throws EnvironmentError with what the system says of each, when there is none
 */
export async function inFirstWritable<T>(
  what: string,
  folders: readonly string[],
  hint: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const reasons: string[] = [];
  for (const folder of folders) {
    try {
      return await use(folder);
    } catch (error) {
      reasons.push(`${folder}: ${(error as Error).message}`);
    }
  }
  throw new EnvironmentError({ message: `there is no folder ${what}`, details: reasons, hint });
}
