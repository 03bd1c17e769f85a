/** @file The package this command belongs to. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The package's folder, the nearest above that has a package.json: above src/ or above dist/src/chunks/. */
const root = packageAbove(new URL("./", import.meta.url));

function packageAbove(folder: URL): URL {
  return existsSync(new URL("package.json", folder)) ? folder : packageAbove(new URL("../", folder));
}

/** A file of the package, by its path in it, such as a built program that is to run in another process. */
export const packageFile = (path: string): string => fileURLToPath(new URL(path, root));

/** The folder of the checkpoint that comes with the package. */
export const demoFolder = packageFile("golden/demo-kjv");

const versionIn = (packageJson: URL): string =>
  (JSON.parse(readFileSync(packageJson, "utf8")) as { readonly version: string }).version;

export const packageVersion = versionIn(new URL("package.json", root));

/** The version of koffi, whose package.json is beside its entry point. */
export function koffiVersion(): string {
  const entry = createRequire(import.meta.url).resolve("koffi");
  return versionIn(new URL("package.json", pathToFileURL(entry)));
}
