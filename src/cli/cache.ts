/** @file Where compiled programs are kept between runs. */
import { join } from "node:path";
import { CompileCache, cacheFolder } from "../runtime-pjrt/index.js";
import type { CommandContext } from "./context.js";
import type { CacheFlags } from "./options.js";

/** The cache in the folder that the variables name. */
export const compileCache = (env: NodeJS.ProcessEnv): CompileCache =>
  new CompileCache({ folder: join(cacheFolder(env), "programs") });

/** The cache, unless the flags ask for none. */
export const cacheOf = ({ env }: CommandContext, { cache }: CacheFlags): CompileCache | undefined =>
  cache ? compileCache(env) : undefined;
