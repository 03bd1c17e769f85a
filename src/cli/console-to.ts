/** @file Where the console of code that is not the command line's goes. */
import { format } from "node:util";

/** Has what logs to the console print lines by `print`. @returns what ends that */
export function consoleTo(print: (line: string) => void): () => void {
  const { log, info, debug } = console;
  const redirected = (...values: readonly unknown[]): void => print(format(...values));
  Object.assign(console, { log: redirected, info: redirected, debug: redirected });
  return () => void Object.assign(console, { log, info, debug });
}
