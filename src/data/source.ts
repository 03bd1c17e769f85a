/** @file Files of examples: looked through once, each line checked, then read by index. */
import { basename, extname } from "node:path";
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
 * Opens files: of JSON lines (.jsonl, each a form of `parseExample`), or of text (.txt, each a document of its own). Blank lines of JSON
 * files are passed over.
 * @throws DataError for the first line that is none, a file without examples or of another kind; EnvironmentError for one that cannot be read
 */
export async function openData(paths: readonly string[]): Promise<DataSource> {
  const files: LineFile[] = [];
  const close = async () => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    const entries: Entry[] = [];
    for (const path of paths) {
      const entriesOf = entriesOfKind(path);
      const file = await LineFile.open(path);
      files.push(file);
      const before = entries.length;
      for await (const entry of entriesOf(file)) entries.push(entry);
      if (entries.length > before) continue;
      throw new DataError({ message: "a file has no examples", expected: "one line or more", where: path });
    }
    const read = async (index: number): Promise<PlacedExample> => {
      const entry = entries[index]!;
      const where = whereOf(entry);
      return { example: entry.read(await entry.file.read(entry.span), where), where };
    };
    return { count: entries.length, read, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function entriesOfKind(path: string): (file: LineFile) => AsyncGenerator<Entry> {
  const extension = extname(path).toLowerCase();
  if (JSON_LINES.includes(extension)) return jsonEntries;
  if (TEXTS.includes(extension)) return textEntries;
  throw new DataError({
    message: `cannot tell what ${basename(path)} holds`,
    expected: `a name that ends in ${[...JSON_LINES, ...TEXTS].join(", ")}`,
    where: path,
  });
}

/** Every line is parsed now, so that the last one's fault is not found after hours. */
async function* jsonEntries(file: LineFile): AsyncGenerator<Entry> {
  for await (const span of file.spans()) {
    const line = await file.read(span);
    if (line.trim() === "") continue;
    const entry = { file, span, read: parseExample };
    parseExample(line, whereOf(entry));
    yield entry;
  }
}

async function* textEntries(file: LineFile): AsyncGenerator<Entry> {
  const readText = (ends: boolean) => (text: string) => ({ kind: "text", text, ends }) as const;
  let passage: Span | undefined;
  for await (const span of file.spans()) {
    if (passage !== undefined && span.end - passage.begin > PASSAGE_BYTES) {
      // The line's end belongs to the text.
      yield { file, span: { ...passage, end: span.begin }, read: readText(false) };
      passage = span;
    } else passage = { ...(passage ?? span), end: span.end };
  }
  if (passage !== undefined) yield { file, span: passage, read: readText(true) };
}
