/** @file What commands are given to read whole, a file or standard input: never more than there can be of its kind, so that none is read for ever. */
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { cannotRead } from "../support/cannot-read.js";
import { UsageError } from "../support/errors.js";
import { waitFor } from "../support/wait.js";
import type { CommandContext } from "./context.js";

/** What a file is called in messages. */
export const sourceName = (file: string): string => (file === "-" ? "<stdin>" : file);

/** What of a command's context stops it. */
export type Stoppable = Pick<CommandContext, "signal">;

/** The most bytes that something of a kind has, by the first of them. */
export type Bound = (first: Uint8Array) => number;

/** The longest text that JavaScript holds, bytes. */
const LONGEST_TEXT = 2 ** 29 - 24;
/** The longest file that Node reads at once, and the longest message of protocol buffers, bytes. */
const LONGEST_BYTES = 2 ** 31 - 1;

/** Texts have no zero among their first bytes. */
export const programBound: Bound = (first) => (first.includes(0) ? LONGEST_BYTES : LONGEST_TEXT);

/** More than any model reads of a prompt, or of what it is held to. */
export const promptBound: Bound = () => 2 ** 26;

/** As `readFileWithin`, of stdin for `-`. */
export const readInput = (context: CommandContext, file: string, bound: Bound): Promise<Buffer> =>
  file === "-" ? readStream(context, context.io.stdin, file, bound) : readFileWithin(context, file, bound);

/**
 * The bytes of a file; a pipe or a device is read to its end, or to the bound.
 * @throws EnvironmentError when it cannot be read, UsageError for one that is longer than the bound, AbortedError when the command is told to stop
 */
export async function readFileWithin(context: Stoppable, file: string, bound: Bound): Promise<Buffer> {
  try {
    const stats = await stat(file);
    if (stats.isFile() && stats.size > LONGEST_BYTES) throw tooLong(file, LONGEST_BYTES);
    // Of a file in /proc, say, which has more than the size of 0 that it tells, as much is read as of a pipe.
    if (!stats.isDirectory() && (!stats.isFile() || stats.size === 0))
      return await readStream(context, createReadStream(file), file, bound);
    const bytes = await readFile(file);
    const longest = bound(bytes.subarray(0, FIRST_BYTES));
    if (bytes.length <= longest) return bytes;
    throw tooLong(file, longest);
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && "syscall" in cause)) throw cause;
    throw cannotRead(file, cause);
  }
}

/** The bound is told by so many, or by fewer where a stream's first part is shorter. */
const FIRST_BYTES = 4096;

function readStream(
  { signal }: Stoppable,
  stream: AsyncIterable<Uint8Array>,
  file: string,
  bound: Bound,
): Promise<Buffer> {
  const read = async (): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    let [bytes, longest] = [0, Number.POSITIVE_INFINITY];
    for await (const part of stream) {
      if (bytes === 0) longest = bound(part.subarray(0, FIRST_BYTES));
      bytes += part.length;
      if (bytes > longest) throw tooLong(file, longest);
      parts.push(part);
    }
    return Buffer.concat(parts);
  };
  // Nothing would end a stream that nobody writes to, nor the process that waits for it.
  const close = () => stream instanceof Readable && stream.destroy();
  signal.addEventListener("abort", close, { once: true });
  return waitFor(`reading ${sourceName(file)}`, { signal }, read, undefined, "nothing was done").finally(() =>
    signal.removeEventListener("abort", close),
  );
}

const tooLong = (file: string, longest: number): UsageError =>
  new UsageError({ message: `${sourceName(file)} is too long`, expected: `at most ${longest} bytes` });
