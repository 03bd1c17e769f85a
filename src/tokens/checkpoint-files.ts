/** @file The files of a folder that text is read by, and how each is read. */
import { UsageError } from "../support/errors.js";
import { readLimited } from "../support/read-limited.js";
import { decodeUtf8 } from "../support/utf8.js";

/** Every file of a checkpoint that tokenizer and chat template are made of, as far as there are such. */
export const TOKENIZER_FILES: readonly string[] = [
  "tokenizer.json",
  "tokenizer_config.json",
  "tokenizer.model",
  "chat_template.jinja",
];

/** Longer is no file of a tokenizer, bytes: the largest vocabularies of today take 35 MB. */
const LONGEST = 1 << 28;

/** The text of one of them, undefined where it is not there. @throws UsageError as `readTokenizerFile`, and for what is not UTF-8 */
export async function readTokenizerText(path: string): Promise<string | undefined> {
  const bytes = await readTokenizerFile(path);
  return bytes === undefined ? undefined : decodeUtf8(bytes, path);
}

/** The bytes of one of them, undefined where it is not there. @throws UsageError for what cannot be read, is no file, or is too large */
export async function readTokenizerFile(path: string): Promise<Uint8Array | undefined> {
  const file = await readLimited(path, LONGEST);
  if ("bytes" in file) return file.bytes;
  if (file.problem === "missing") return undefined;
  throw new UsageError({
    message: `a file of the tokenizer ${file.problem.startsWith("cannot") ? file.problem : `is ${file.problem}`}`,
    expected: file.expected,
    got: file.got,
    where: path,
  });
}
