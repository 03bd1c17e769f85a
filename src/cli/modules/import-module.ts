/** @file Imports a module of the author's: JavaScript as Node does, TypeScript by way of jiti, on every Node. */
import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { EnvironmentError } from "../../support/errors.js";
import { meantPath } from "../../support/meant-path.js";
import type { CommandContext } from "../context.js";
import { explainFailure } from "./failure.js";
import type { Exports } from "./reference.js";
import { runningPackage } from "./running-package.js";

const MODULE_NAME = /\.[cm]?[jt]s$/;

/**
 * Loads a module. What its code prints, now and later, goes to stderr: stdout is for results.
 * @throws EnvironmentError for a file or a package that is not there; ModuleError at the author's line for one that does not load; what of
 * ours its code throws
 */
export async function importModule(context: CommandContext, file: string): Promise<Exports> {
  const path = resolve(file);
  checkThere(file, path);
  context.admitAuthors();
  const entries = await runningPackage();
  try {
    if (/ts$/.test(extname(path)))
      return await (await import("./typescript.js")).importTypeScript(path, entries);
    return (await import(pathToFileURL(path).href)) as Exports;
  } catch (error) {
    throw await explainFailure(error, { file, name: undefined }, "does not load");
  }
}

/** @throws EnvironmentError with a file of nearly that name */
function checkThere(file: string, path: string): void {
  if (existsSync(path)) return;
  throw new EnvironmentError({
    message: `cannot read ${file}`,
    expected: "a module: .ts, .mts, .cts, .js, .mjs or .cjs",
    got: "no such file",
    where: path,
    hint: meantPath(file, (name) => MODULE_NAME.test(name)),
  });
}
