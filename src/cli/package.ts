/** @file The package this command belongs to. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The package's folder: dist/src/cli/ lies three folders below it. */
const root = new URL("../../../", import.meta.url);

/** The folder of the checkpoint that comes with the package. */
export const demoFolder = fileURLToPath(new URL("golden/demo-kjv", root));

const versionIn = (packageJson: URL): string =>
  (JSON.parse(readFileSync(packageJson, "utf8")) as { readonly version: string }).version;

export const packageVersion = versionIn(new URL("package.json", root));

/** The version of koffi, whose package.json is beside its entry point. */
export function koffiVersion(): string {
  const entry = createRequire(import.meta.url).resolve("koffi");
  return versionIn(new URL("package.json", pathToFileURL(entry)));
}
