/** @file For tests: what an example prints. */
import { onTestFinished, vi } from "vitest";

const wordOf = (word: unknown): string => (typeof word === "string" ? word : JSON.stringify(word));

/** Runs an example; what it has printed by `console.log`, a line for each call, until the test ends. */
export async function printed(load: () => Promise<unknown>): Promise<readonly string[]> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...words: unknown[]) => {
    lines.push(words.map(wordOf).join(" "));
  });
  onTestFinished(() => log.mockRestore());
  await load();
  return lines;
}
