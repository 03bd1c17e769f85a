/** @file Whether there are colours, and which. */
import pc from "picocolors";
import type { CommandLineIo } from "./io.js";

/** Functions that colour a text, or leave it as it is. */
export type Colors = ReturnType<typeof pc.createColors>;

/** By the conventions NO_COLOR, FORCE_COLOR and CI; else colours are for terminals. */
export function colorsFor({ env, stdout }: Pick<CommandLineIo, "env" | "stdout">): Colors {
  if (env.NO_COLOR) return pc.createColors(false);
  const wanted = Boolean(env.FORCE_COLOR || env.CI);
  return pc.createColors(wanted || (stdout.isTTY === true && env.TERM !== "dumb"));
}
