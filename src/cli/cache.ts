/** @file Where compiled programs are kept between runs. */
import { CompileCache } from "../runtime-pjrt/index.js";
import type { CommandContext } from "./context.js";
import type { CacheFlags } from "./options.js";
import type { Progress } from "./progress.js";

/** The user's cache, unless the flags ask for none. */
export const cacheOf = (
  { env }: CommandContext,
  { cache }: CacheFlags,
  progress: Progress,
): CompileCache | undefined =>
  cache ? new CompileCache({ env, onProblem: (problem) => progress.note(problem) }) : undefined;
