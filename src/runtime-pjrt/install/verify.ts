/** @file Whether an installed library is still the one that was installed. */
import { basename, dirname } from "node:path";
import { EnvironmentError } from "../../support/errors.js";
import { libraryHash } from "../cache/identity.js";
import { PLUGIN_WHEELS, type PluginWheel } from "./wheels.js";

/** The wheel that a library was installed from, by where it lies; undefined for libraries of others. */
function wheelOf(path: string): PluginWheel | undefined {
  const folder = basename(dirname(path));
  return Object.values<PluginWheel>(PLUGIN_WHEELS).find(
    ({ package: name, version, member }) =>
      folder === `${name}-${version}` && basename(path) === basename(member),
  );
}

/** Whether a library has the hash of what was published as this wheel. */
export const isIntact = async (path: string, wheel: PluginWheel): Promise<boolean> =>
  (await libraryHash(path)) === wheel.librarySha256;

/**
 * Holds an installed library against the hash of what was published; others are not looked at. All of it is read once: the hash is noted
 * in the cache folder for the file's path, size, times and inode, signed with the key of this machine.
 * @throws EnvironmentError if it differs: it must not be loaded
 */
export async function checkInstalledLibrary(path: string): Promise<void> {
  const wheel = wheelOf(path);
  if (wheel === undefined) return;
  if (await isIntact(path, wheel)) return;
  throw new EnvironmentError({
    message: `${path} is not what was installed: it was changed, or the disk is damaged`,
    expected: `sha256 ${wheel.librarySha256}`,
    got: `sha256 ${await libraryHash(path)}`,
    hint: `install it again: griffin plugin install ${wheel.package}`,
  });
}
