/** @file Prompts of a file: lines of text, or of JSON. */
import { basename, extname } from "node:path";
import { z } from "zod";
import { DataError, parseJsonLine, readLines } from "../data/index.js";
import type { Prompt } from "./prompts.js";

const FORMS = '{"prompt": TEXT} or {"tokens": [IDS]}';

const promptLine = z.union([
  z.object({ prompt: z.string().min(1) }).transform(({ prompt }) => prompt),
  z.object({ tokens: z.array(z.int().nonnegative()).min(1) }).transform(({ tokens }) => tokens),
]);

/** How the lines of a file are read, by the end of its name. */
const READERS: Readonly<Record<string, (text: string, where: string) => Prompt>> = {
  ".txt": (text) => text,
  ".jsonl": parsePrompt,
  ".ndjson": parsePrompt,
};

/**
 * Each line that is not blank: its text as it is (.txt), or `{"prompt": TEXT}` or `{"tokens": [IDS]}` (.jsonl), whose other fields are
 * nobody's business.
 * @throws DataError for the first line that is none, a file without lines or of another kind; EnvironmentError for one that cannot be read
 */
export async function readPromptFile(path: string): Promise<readonly Prompt[]> {
  const extension = extname(path).toLowerCase();
  const read = Object.hasOwn(READERS, extension) ? READERS[extension] : undefined;
  if (read === undefined) {
    throw new DataError({
      message: `cannot tell what ${basename(path)} holds`,
      expected: `a name that ends in ${Object.keys(READERS).join(", ")}`,
      where: path,
      hint: "a .txt file has a prompt on each line; in a .jsonl file a prompt may have lines of its own",
    });
  }
  const prompts: Prompt[] = [];
  for await (const { text, where } of readLines(path)) {
    const line = text.replace(/\r$/, "");
    if (line.trim() !== "") prompts.push(read(line, where));
  }
  if (prompts.length > 0) return prompts;
  throw new DataError({ message: "a file has no prompts", expected: "one line or more", where: path });
}

function parsePrompt(line: string, where: string): Prompt {
  const object = parseJsonLine(line, where);
  const { success, data } = promptLine.safeParse(object);
  if (success) return data;
  throw new DataError({
    message: "a line has no prompt",
    expected: FORMS,
    got: `the fields ${Object.keys(object).join(", ") || "of an empty object"}`,
    where,
  });
}
