/** @file What is said of a file that cannot be read. */
import { EnvironmentError } from "./errors.js";
import { meantPath } from "./meant-path.js";

/** What cannot be read, a file's path, and what the system says of it; where nothing is, what may have been meant. */
export function cannotRead(path: string, cause: Error): EnvironmentError {
  const isMissing = "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
  const said = isMissing ? { got: "no such file", hint: meantPath(path) } : { details: [cause.message] };
  return new EnvironmentError({ message: `cannot read ${path}`, ...said, cause });
}
