/** @file Where plugins and compiled programs are kept between runs. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The cache folder: STABLEGRIFFIN_CACHE, else XDG_CACHE_HOME/stablegriffin, else ~/.cache/stablegriffin. It need not exist.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.STABLEGRIFFIN_CACHE) return env.STABLEGRIFFIN_CACHE;
  const base = env.XDG_CACHE_HOME;
  // The XDG specification asks to ignore a relative path.
  return join(base && isAbsolute(base) ? base : join(homedir(), ".cache"), "stablegriffin");
}

/** Where plugins are installed: STABLEGRIFFIN_PLUGINS, else `plugins` in the cache folder. It need not exist. */
export const pluginsFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  env.STABLEGRIFFIN_PLUGINS || join(cacheFolder(env), "plugins");

/** Where the key lies that tells what was made on this machine. It need not exist. */
export const keyFolder = (env: NodeJS.ProcessEnv = process.env): string => join(cacheFolder(env), "trust");
