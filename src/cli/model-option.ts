/** @file `--model`: which checkpoint. */
import { existsSync } from "node:fs";
import { Option } from "commander";
import { demoFolder } from "../support/package.js";

/** A folder or file of a model as people name it: `demo` is the one that comes with the package, unless there is something of that name. */
export const modelPath = (path: string): string => (path === "demo" && !existsSync(path) ? demoFolder : path);

/** `--model`. @param what a folder of a checkpoint has to have in it */
export const modelOption = (what: string): Option =>
  new Option("--model <dir>", `${what}; demo is the one that comes with griffin`).argParser(modelPath);
