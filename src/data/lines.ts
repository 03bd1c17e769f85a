/** @file Lines of a file by their places: a file is gone through once, then read where something is asked for, and never held whole. */
import { type FileHandle, open } from "node:fs/promises";
import { cannotRead } from "../support/cannot-read.js";
import { type FileState, isSameState } from "../support/file-state.js";
import { READ_AT_ONCE } from "../support/read-limited.js";
import { DataError } from "./errors.js";

/** Some bytes of a file, whole lines. */
export interface Span {
  readonly begin: number;
  readonly end: number;
  /** Of the first of its lines, from 1. */
  readonly line: number;
}

/** A line, and what it holds. */
export interface Line extends Span {
  /** Without its end; it is one thing only when its text is asked for. */
  readonly parts: readonly Uint8Array[];
}

const NEWLINE = 0x0a;

/** A longer one is no example, bytes. */
const LONGEST_LINE = 2 ** 28;

const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  parts.length === 1 ? parts[0]! : Buffer.concat(parts);

/** A file open for reading. Close it. */
export class LineFile implements AsyncDisposable {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private readonly opened: FileState,
  ) {}

  /** @param once whether it is read once, as pipes can be @throws EnvironmentError when it cannot be read */
  static async open(path: string, once = false): Promise<LineFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, once ? "r" : READ_AT_ONCE);
      const stats = await handle.stat({ bigint: true });
      if (!once && !stats.isFile()) throw new Error("not a file");
      return new LineFile(path, handle, stats);
    } catch (cause) {
      await handle?.close();
      throw cannotRead(path, cause as Error);
    }
  }

  /** All lines, in one pass over the file; the last one needs no end. @throws DataError for one that is too long @param seen is told all bytes, in their order */
  async *lines(seen?: (bytes: Uint8Array) => void): AsyncGenerator<Line> {
    let [begin, at, line] = [0, 0, 1];
    let parts: Uint8Array[] = [];
    const append = (part: Uint8Array): void => {
      if (at - begin > LONGEST_LINE) throw this.#tooLong(line);
      parts.push(part);
    };
    const stream = this.handle.createReadStream({ start: 0, autoClose: false });
    for await (const part of stream as AsyncIterable<Buffer>) {
      seen?.(part);
      let from = 0;
      for (let to = part.indexOf(NEWLINE); to >= 0; to = part.indexOf(NEWLINE, from)) {
        yield { begin, end: at + to, line, parts: [...parts, part.subarray(from, to)] };
        parts = [];
        from = to + 1;
        begin = at + from;
        line += 1;
      }
      at += part.length;
      append(part.subarray(from));
    }
    if (at > begin) yield { begin, end: at, line, parts };
  }

  /** The text of some lines, read again. @throws DataError when it is no UTF-8, or the file changed since it was opened */
  async read({ begin, end, line }: Span): Promise<string> {
    const bytes = Buffer.alloc(end - begin);
    const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, begin);
    const isSame = isSameState(this.opened, await this.handle.stat({ bigint: true }));
    if (!isSame || bytesRead < bytes.length) throw this.#changed(line);
    return this.textOf({ parts: [bytes], line });
  }

  /** The text of a line, or of several from it on. @throws DataError when it is no UTF-8 */
  textOf({ parts, line }: Pick<Line, "parts" | "line">): string {
    try {
      return this.#decoder.decode(joined(parts));
    } catch (cause) {
      const where = `${this.path}:${line}`;
      throw new DataError({ message: "a line is no text", expected: "UTF-8", where, cause });
    }
  }

  #tooLong(line: number): DataError {
    return new DataError({
      message: "a line is too long",
      expected: `at most ${LONGEST_LINE} bytes`,
      where: `${this.path}:${line}`,
    });
  }

  #changed(line: number): DataError {
    return new DataError({
      message: "a file changed while it was read",
      expected: "data that stay as they are until training ends",
      where: `${this.path}:${line}`,
    });
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** All lines of a file, each with the file and its number. @throws EnvironmentError when it cannot be read; DataError where it is no UTF-8 */
export async function* readLines(
  path: string,
): AsyncGenerator<{ readonly text: string; readonly where: string }> {
  await using file = await LineFile.open(path, true);
  for await (const line of file.lines()) yield { text: file.textOf(line), where: `${path}:${line.line}` };
}
