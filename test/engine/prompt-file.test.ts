import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPromptFile } from "../../src/engine/prompt-file.js";
import { temporaryFolder } from "../cli/griffin.js";
import { errorText } from "../weights/files.js";

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

test.each([
  ["a.txt", "In the beginning\r\n\n  and so on", ["In the beginning", "  and so on"]],
  ["a.jsonl", '{"prompt": "two\\nlines", "id": 7}\n\n{"tokens": [2, 17, 5]}\n', ["two\nlines", [2, 17, 5]]],
])("%s has a prompt on each line that is not blank", async (name, content, prompts) => {
  expect(await readPromptFile(await fileOf(name, content))).toEqual(prompts);
});

test.each([
  [
    "a.csv",
    "x",
    "data error: cannot tell what a.csv holds\n  expected: a name that ends in .txt, .jsonl, .ndjson",
  ],
  ["a.txt", "\n \n", "data error: a file has no prompts\n  expected: one line or more"],
  [
    "a.jsonl",
    '{"prompt": "x"}\n{"text": "y"}',
    'data error: a line has no prompt\n  expected: {"prompt": TEXT} or {"tokens": [IDS]}\n  got:      the fields text\n  at:       PATH:2',
  ],
  ["b.jsonl", '{"tokens": []}', "data error: a line has no prompt\n"],
])("%s of %j is refused", async (name, content, message) => {
  const path = await fileOf(name, content);
  expect(await errorText(() => readPromptFile(path))).toContain(message.replace("PATH", path));
});
