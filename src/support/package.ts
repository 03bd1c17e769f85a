/** @file The package this command belongs to. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EnvironmentError } from "./errors.js";

/** A package by its folder. */
interface Package {
  /** With a slash at its end. */
  readonly folder: URL;
  readonly version: string;
}

/** What a folder's package.json says; nothing where there is none that can be read. */
function described(folder: URL): { readonly name?: string; readonly version?: string } {
  try {
    return JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) ?? {};
  } catch {
    return {};
  }
}

/**
 * The package of a name that a folder lies in. A bundle of somebody else's may lie in their package or in none.
 * @param folder with a slash at its end
 */
export function packageAbove(folder: URL, name: string): Package | undefined {
  const found = described(folder);
  if (found.name === name && found.version !== undefined) return { folder, version: found.version };
  const above = new URL("../", folder);
  return above.href === folder.href ? undefined : packageAbove(above, name);
}

/** Of this module: above src/, above dist/src/chunks/, or wherever somebody's bundle lies. */
const here = new URL("./", import.meta.url);
const own = packageAbove(here, "stablegriffin");

/**
 * A file of the package, by its path in it, such as a built program that is to run in another process.
 * @throws EnvironmentError in a bundle outside of the package, which has code but no files
 */
export function packageFile(path: string): string {
  if (own !== undefined) return fileURLToPath(new URL(path, own.folder));
  throw new EnvironmentError({
    message: "files of stablegriffin are not here",
    expected: `${path} in the package's folder`,
    got: `code in ${fileURLToPath(here)}, which does not lie in the package`,
    hint: "keep stablegriffin out of the bundle (external), and install it beside it",
  });
}

/** The folder of the checkpoint that comes with the package; in a bundle outside of it there is none at this path. */
export const demoFolder = fileURLToPath(new URL("golden/demo-kjv", own?.folder ?? here));

/** Of this package; "unknown" in a bundle outside of it. */
export const packageVersion = own?.version ?? "unknown";

/** The version of koffi, whose package.json is beside its entry point. */
export function koffiVersion(): string {
  const entry = createRequire(import.meta.url).resolve("koffi");
  return described(new URL("./", pathToFileURL(entry))).version ?? "unknown";
}
