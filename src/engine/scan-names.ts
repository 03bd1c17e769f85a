/** @file How linear scans may walk time, by name. */

/** `auto` is what suits the target and the number of steps. */
export const scanNames = ["auto", "sequential", "associative", "blocked", "strided"] as const;
export type ScanName = (typeof scanNames)[number];
