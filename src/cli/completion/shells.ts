/** @file The shells that griffin completes its command line in. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];
