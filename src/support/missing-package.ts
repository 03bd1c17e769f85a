/** @file What an installation lacks: packages that this one depends on, and the native half of koffi. */
import { arch, platform } from "node:os";
import { EnvironmentError } from "./errors.js";

/** An error that Node or koffi throws where a package is not there, in our form; undefined for any other. */
export function missingPackage(error: unknown): EnvironmentError | undefined {
  if (!(error instanceof Error)) return undefined;
  // koffi has no code of its own for this.
  if (error.message.startsWith("Cannot find the native Koffi module")) {
    return new EnvironmentError({
      message: "koffi, which calls plugins, is installed without its native library",
      expected: `@koromix/koffi-${platform()}-${arch()}, which npm installs beside it`,
      hint: "npm install --include=optional; lock files and node_modules of another system lack it",
      cause: error,
    });
  }
  if (!("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const [, name] = /^Cannot find package '([^']+)'/.exec(error.message) ?? [];
  if (name === undefined) return undefined;
  return new EnvironmentError({
    message: `package ${name} is not installed`,
    hint: "npm install puts back what stablegriffin depends on",
    cause: error,
  });
}
