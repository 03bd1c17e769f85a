/** @file For tests: what is said of a graph of HLO that is refused. */

const HINT = "take the whole module as the compiler wrote it (--xla_dump_to)";

/** The error's text. */
export const errorText = (message: string, expected: string, got: string, at: string, hint = HINT): string =>
  `HLO error: ${message}\n  expected: ${expected}\n  got:      ${got}\n  at:       ${at}\n  hint:     ${hint}`;
