/** @file Where compiled programs are kept between runs. */
import { join } from "node:path";
import { CompileCache, cacheFolder, keyFolder } from "../runtime-pjrt/index.js";
import type { CommandContext } from "./context.js";
import type { CacheFlags } from "./options.js";
import type { Progress } from "./progress.js";

/** The cache in the folder that the variables name. @param onProblem is told, once each, why nothing is taken or kept */
export const compileCache = (env: NodeJS.ProcessEnv, onProblem?: (problem: string) => void): CompileCache =>
  new CompileCache({ folder: join(cacheFolder(env), "programs"), keyFolder: keyFolder(env), onProblem });

/** The cache, unless the flags ask for none. */
export const cacheOf = (
  { env }: CommandContext,
  { cache }: CacheFlags,
  progress: Progress,
): CompileCache | undefined => (cache ? compileCache(env, (problem) => progress.note(problem)) : undefined);
