/** @file Files of examples: looked through once, each line checked, then read by index. */
import { basename, extname } from "node:path";
import { DataDigest } from "./digest.js";
import { DataError } from "./errors.js";
import { type Example, parseExample } from "./example.js";
import { LineFile, type Span } from "./lines.js";

/** An example, and the file and line that it comes from. */
export interface PlacedExample {
  readonly example: Example;
  readonly where: string;
}

/** Examples by index. Close it. */
export interface DataSource extends AsyncDisposable {
  readonly count: number;
  /** SHA-256 of the files, as they were when they were opened. */
  readonly digest: string;
  /** @throws DataError */
  read(index: number): Promise<PlacedExample>;
  close(): Promise<void>;
}

/** An example that is not read yet. */
interface Entry {
  readonly file: LineFile;
  readonly span: Span;
  readonly read: (text: string, where: string) => Example;
}

/** A file of text is read in passages of whole lines, of so many bytes. */
const PASSAGE_BYTES = 2 ** 16;

const whereOf = ({ file: { path }, span: { line } }: Entry): string => `${path}:${line}`;

const JSON_LINES = [".jsonl", ".ndjson"];
const TEXTS = [".txt", ".md"];

/**
 * Opens files, and goes through each once: of JSON lines (.jsonl, each a form of `parseExample`), or of text (.txt, each a document of its own).
 * Blank lines of JSON files are passed over; the last line's end is no part of a text.
 * @throws DataError for the first line that is none, a file without examples or of another kind; EnvironmentError for one that cannot be read
 */
export async function openData(paths: readonly string[]): Promise<DataSource> {
  const files: LineFile[] = [];
  const close = async () => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    const entries: Entry[] = [];
    const digest = new DataDigest();
    for (const path of paths) {
      const entriesOf = entriesOfKind(path);
      const file = await LineFile.open(path);
      files.push(file);
      const before = entries.length;
      for await (const entry of entriesOf(file, digest.nextFile())) entries.push(entry);
      if (entries.length > before) continue;
      throw new DataError({ message: "a file has no examples", expected: "one line or more", where: path });
    }
    const read = async (index: number): Promise<PlacedExample> => {
      const entry = entries[index]!;
      const where = whereOf(entry);
      return { example: entry.read(await entry.file.read(entry.span), where), where };
    };
    return { count: entries.length, digest: digest.end(), read, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Told all bytes of a file, in their order. */
type Seen = (bytes: Uint8Array) => void;

function entriesOfKind(path: string): (file: LineFile, seen: Seen) => AsyncGenerator<Entry> {
  const extension = extname(path).toLowerCase();
  if (JSON_LINES.includes(extension)) return jsonEntries;
  if (TEXTS.includes(extension)) return textEntries;
  throw new DataError({
    message: `cannot tell what ${basename(path)} holds`,
    expected: `a name that ends in ${[...JSON_LINES, ...TEXTS].join(", ")}`,
    where: path,
  });
}

/** What is kept of a line: where it is. */
const spanOf = ({ begin, end, line }: Span): Span => ({ begin, end, line });

/** Every line is parsed now, so that the last one's fault is not found after hours. */
async function* jsonEntries(file: LineFile, seen: Seen): AsyncGenerator<Entry> {
  for await (const line of file.lines(seen)) {
    const text = file.textOf(line);
    if (text.trim() === "") continue;
    const entry = { file, span: spanOf(line), read: parseExample };
    parseExample(text, whereOf(entry));
    yield entry;
  }
}

/** Of UTF-8: tab, carriage return, space. */
const isBlank = (byte: number): boolean => byte === 0x09 || byte === 0x0d || byte === 0x20;

/** A file of blank lines alone has none. */
async function* textEntries(file: LineFile, seen: Seen): AsyncGenerator<Entry> {
  const readText = (ends: boolean) => (text: string) => ({ kind: "text", text, ends }) as const;
  let passage: Span | undefined;
  let hasText = false;
  for await (const line of file.lines(seen)) {
    const span = spanOf(line);
    hasText ||= line.parts.some((part) => !part.every(isBlank));
    if (passage !== undefined && span.end - passage.begin > PASSAGE_BYTES) {
      // The line's end belongs to the text.
      yield { file, span: { ...passage, end: span.begin }, read: readText(false) };
      passage = span;
    } else passage = { ...(passage ?? span), end: span.end };
  }
  if (passage !== undefined && hasText) yield { file, span: passage, read: readText(true) };
}
