/** @file How programs are written. */

/** Text, text of the generic form, or a portable artifact. */
export const emitForms = ["pretty", "generic", "portable"] as const;

/** The line between two programs of a file. */
export const separator = "// -----";
