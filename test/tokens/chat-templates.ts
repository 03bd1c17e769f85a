import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChatTemplate, loadChatTemplate } from "../../src/tokens/index.js";
import { temporaryFolder } from "../weights/files.js";

/** The template of a folder with these files. */
export async function templateOf(files: Readonly<Record<string, string>> = {}): Promise<ChatTemplate> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return loadChatTemplate(folder);
}

export const dialogue = [
  { role: "user", content: " Hi " },
  { role: "assistant", content: "Hello" },
  { role: "user", content: "2 < 3?" },
];
