/** @file A path where nothing is: what beside it may have been meant. */
import { readdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { nearestName } from "./suggest.js";

/**
 * A hint for a path where nothing is: the name in its folder that is near enough to be meant; undefined where none is. Endings are not counted
 * among the letters that two names share, and numbers are no slips: part 1 is not meant by part 2.
 * @param fits which names may be meant at all
 */
export function meantPath(path: string, fits: (name: string) => boolean = () => true): string | undefined {
  const folder = dirname(path);
  const { stem, digits } = partsOf(path);
  const near = namesIn(folder).filter((name) => fits(name) && partsOf(name).digits === digits);
  const nearest = nearestName(
    stem,
    near.map((name) => partsOf(name).stem),
  );
  if (nearest === undefined) return undefined;
  const named = near.filter((name) => partsOf(name).stem === nearest);
  const meant = nearestName(basename(path), named) ?? named[0]!;
  return `did you mean ${join(folder, meant)}?`;
}

function partsOf(path: string): { readonly stem: string; readonly digits: string } {
  const stem = basename(path, extname(path));
  return { stem, digits: stem.replaceAll(/\D/g, "") };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
