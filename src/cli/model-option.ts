/** @file `--model` and `--artifact`: which checkpoint, or which artifact. */
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { UsageError } from "../support/errors.js";
import { demoFolder } from "../support/package.js";
import { didYouMean } from "../support/suggest.js";

/** A folder or file of a model as people name it: `demo` is the one that comes with the package, unless there is something of that name. @throws UsageError for a slip of it */
export function modelPath(path: string): string {
  if (existsSync(path)) return path;
  if (path === "demo") return demoFolder;
  const hint = didYouMean(path, ["demo"]);
  if (hint === undefined) return path;
  throw new UsageError({
    message: "--model is not valid",
    expected: "a folder that is there",
    got: path,
    hint,
  });
}

/** `--model`. @param what a folder of a checkpoint has to have in it */
export const modelOption = (what: string): Option =>
  new Option("--model <dir>", `${what}; demo is the one that comes with griffin`).argParser(modelPath);

/** `--artifact` and what goes with it. @param writer the command that writes such artifacts */
export function addArtifactOptions(command: Command, writer: string): Command {
  return command
    .option("--artifact <path>", `instead of a model: what ${writer} wrote, a folder or .zip`)
    .option(
      "--weights <path>",
      "with --artifact: weights instead of its own: model folder, file or orbax folder",
    )
    .option("--public-key <key.pem>", "with --artifact: the Ed25519 key that must have signed it")
    .option(
      "--trust-executables",
      "with --artifact: run executables that another machine made (native code; default: compile its programs)",
    );
}
