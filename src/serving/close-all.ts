/** @file Closes what a run gave. */

/** Closes everything, buffers say; one that is closed already stays so. */
export function closeAll(all: Iterable<{ close(): void }>): void {
  for (const each of all) each.close();
}
