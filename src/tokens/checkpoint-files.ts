/** @file The files of a folder that text is read by, and how each is read. */
import { join } from "node:path";
import { UsageError } from "../support/errors.js";
import { CHANGED_FOLDER, readAtOneTime } from "../support/folder-state.js";
import { readLimited } from "../support/read-limited.js";
import { decodeUtf8 } from "../support/utf8.js";

/** Every file of a checkpoint that tokenizer and chat template are made of, as far as there are such. */
export const TOKENIZER_FILES: readonly string[] = [
  "tokenizer.json",
  "tokenizer_config.json",
  "tokenizer.model",
  "chat_template.jinja",
];

/** Where the files of a tokenizer come from. */
export interface TokenizerFiles {
  /** Folder that they lie in, for messages. */
  readonly where: string;
  /** The bytes of one of them, undefined where it is not there. @throws GriffinError for what cannot be read */
  read(name: string): Promise<Uint8Array | undefined>;
}

/**
 * What is read of a folder's files, or of files that are given.
 * @throws what `read` throws; UsageError for a folder that changed meanwhile
 */
export function withFilesOf<T>(
  from: string | TokenizerFiles,
  read: (files: TokenizerFiles) => Promise<T>,
): Promise<T> {
  if (typeof from !== "string") return read(from);
  const files = { where: from, read: (name: string) => readFileOf(join(from, name)) };
  const { problem, hint } = CHANGED_FOLDER;
  const error = () =>
    new UsageError({ message: `the folder of the tokenizer ${problem}`, where: from, hint });
  return readAtOneTime(from, () => read(files), { error });
}

/** The text of one of them, undefined where it is not there. @throws UsageError for what is no UTF-8, and what `read` throws */
export async function textOf({ where, read }: TokenizerFiles, name: string): Promise<string | undefined> {
  const bytes = await read(name);
  return bytes === undefined ? undefined : decodeUtf8(bytes, join(where, name));
}

/** Longer is no file of a tokenizer, bytes: the largest vocabularies of today take 35 MB. */
export const LONGEST_TOKENIZER_FILE = 1 << 28;

/** @throws UsageError for what cannot be read, is no file, or is too large */
async function readFileOf(path: string): Promise<Uint8Array | undefined> {
  const file = await readLimited(path, LONGEST_TOKENIZER_FILE);
  if ("bytes" in file) return file.bytes;
  if (file.problem === "missing") return undefined;
  throw new UsageError({
    message: `a file of the tokenizer ${file.problem.startsWith("cannot") ? file.problem : `is ${file.problem}`}`,
    expected: file.expected,
    got: file.got,
    where: path,
  });
}
