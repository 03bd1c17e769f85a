/** @file Words in shells' scripts. */

/** A word that a shell takes as it is. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
