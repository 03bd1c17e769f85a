/** @file Where plugins and compiled programs are kept between runs. */
import { homedir, tmpdir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { Environment } from "../../support/environment.js";
import { EnvironmentError } from "../../support/errors.js";
import { claimFolder } from "../../support/owned.js";

/**
 * The cache folder: STABLEGRIFFIN_CACHE, else XDG_CACHE_HOME/stablegriffin, else ~/.cache/stablegriffin; for a user without a home, one of
 * its own in the folder for temporary files, which is made. The others need not exist.
 * @throws EnvironmentError when that one is another user's
 */
export function cacheFolder(env: Environment = process.env): string {
  if (env.STABLEGRIFFIN_CACHE) return resolve(env.STABLEGRIFFIN_CACHE);
  const base = env.XDG_CACHE_HOME;
  // The XDG specification asks to ignore a relative path.
  if (base && isAbsolute(base)) return join(base, "stablegriffin");
  const home = homeOf(env);
  if (home !== undefined) return join(home, ".cache", "stablegriffin");
  const folder = join(resolve(tmpdir()), `stablegriffin-${process.getuid?.() ?? "user"}`);
  // Plugins lie there, and anybody may make a folder beside it: another's would be that of whoever was first.
  const found = claimFolder(folder);
  if (found !== undefined)
    throw new EnvironmentError({ message: `no folder for a cache: ${found.problem}`, hint: found.hint });
  return folder;
}

/** An empty or relative HOME is none, as containers have it; the system may know the user's, or not know the user. */
function homeOf({ HOME }: Environment): string | undefined {
  if (HOME && isAbsolute(HOME)) return HOME;
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const home = ask();
      if (isAbsolute(home)) return home;
    } catch {
      // Such as a user id without an entry.
    }
  }
  return undefined;
}

/** Where plugins are installed: STABLEGRIFFIN_PLUGINS, else `plugins` in the cache folder. It need not exist. */
export const pluginsFolder = (env: Environment = process.env): string =>
  env.STABLEGRIFFIN_PLUGINS ? resolve(env.STABLEGRIFFIN_PLUGINS) : join(cacheFolder(env), "plugins");

/** Where the key lies that tells what was made on this machine. It need not exist. */
export const keyFolder = (env: Environment = process.env): string => join(cacheFolder(env), "trust");
