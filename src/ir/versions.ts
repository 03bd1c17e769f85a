/** @file Versions of StableHLO. What came with which stands with the ops, their attributes and the codecs of types (StableHLO: "Versions"). */
import { UsageError } from "../support/errors.js";

/** `major.minor.patch`; the patch never matters. */
export type Version = `${number}.${number}.${number}`;

/** The oldest version there are artifacts of. */
export const oldestVersion: Version = "0.9.0";
/** The newest version whose operations, types and attributes are known here. */
export const newestVersion: Version = "1.20.0";
/** The lowest version that is written unless a lower one is asked for: every plugin in use reads it. */
export const defaultVersion: Version = "1.10.0";

const ranks = new Map<string, number>();

/** A number that grows with major and minor version. */
function rankOf(version: string): number {
  const known = ranks.get(version);
  if (known !== undefined) return known;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const rank = major * 1000 + minor;
  ranks.set(version, rank);
  return rank;
}

/** Negative when `a` is older than `b`, zero when they differ in the patch alone. */
export const compareVersions = (a: string, b: string): number => rankOf(a) - rankOf(b);

/** The later of two versions. */
export const laterVersion = <V extends string>(a: V, b: V): V => (compareVersions(a, b) < 0 ? b : a);

/** A version somebody typed. @throws UsageError when it is none, or one that nothing is known about. */
export function parseTargetVersion(text: string): Version {
  if (!/^\d+\.\d+\.\d+$/.test(text)) {
    throw new UsageError({
      message: `"${text}" is no StableHLO version`,
      expected: "major.minor.patch, e.g. 1.10.0",
    });
  }
  if (compareVersions(text, oldestVersion) < 0 || compareVersions(text, newestVersion) > 0) {
    throw new UsageError({
      message: `StableHLO ${text} cannot be written`,
      expected: `a version from ${oldestVersion} to ${newestVersion}`,
    });
  }
  return text as Version;
}
