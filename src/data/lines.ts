/** @file Lines of a file by their places: a file is gone through once, then read where something is asked for, and never held whole. */
import { type FileHandle, open } from "node:fs/promises";
import { EnvironmentError } from "../support/errors.js";
import { DataError } from "./errors.js";

/** Some bytes of a file, whole lines. */
export interface Span {
  readonly begin: number;
  readonly end: number;
  /** Of the first of its lines, from 1. */
  readonly line: number;
}

const NEWLINE = 0x0a;

/** A file open for reading. Close it. */
export class LineFile implements AsyncDisposable {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws EnvironmentError when it cannot be read */
  static async open(path: string): Promise<LineFile> {
    try {
      return new LineFile(path, await open(path, "r"));
    } catch (cause) {
      const message = `cannot read ${path}`;
      throw new EnvironmentError({ message, details: [(cause as Error).message], cause });
    }
  }

  /** The places of all lines, without their ends; the last one needs none. */
  async *spans(): AsyncGenerator<Span> {
    let [begin, at, line] = [0, 0, 1];
    const stream = this.handle.createReadStream({ start: 0, autoClose: false });
    for await (const part of stream as AsyncIterable<Buffer>) {
      for (let from = 0; ; ) {
        const found = part.indexOf(NEWLINE, from);
        if (found < 0) break;
        yield { begin, end: at + found, line };
        begin = at + found + 1;
        line += 1;
        from = found + 1;
      }
      at += part.length;
    }
    if (at > begin) yield { begin, end: at, line };
  }

  /** The text of some lines. @throws DataError when it is no UTF-8, or is not there any more */
  async read({ begin, end, line }: Span): Promise<string> {
    const bytes = Buffer.alloc(end - begin);
    const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, begin);
    if (bytesRead < bytes.length) throw this.#cutOff(line);
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      const where = `${this.path}:${line}`;
      throw new DataError({ message: "a line is no text", expected: "UTF-8", where, cause });
    }
  }

  #cutOff(line: number): DataError {
    return new DataError({
      message: "a file became shorter while it was read",
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
  await using file = await LineFile.open(path);
  for await (const span of file.spans()) yield { text: await file.read(span), where: `${path}:${span.line}` };
}
