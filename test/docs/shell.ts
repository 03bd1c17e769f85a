/** @file For tests: lines of shell that documents show, run in a folder: griffin in this process, all else by the shell. */
import { appendFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { griffin } from "../cli/griffin.js";

/** Words of a line as a shell sees them, quotes still in them, and `|`, `>` and `>>`. */
const wordsOf = (line: string): readonly string[] =>
  line.match(/(?:[^\s'"|>]|'[^']*'|"[^"]*")+|\||>>?/g) ?? [];

const unquoted = (word: string): string => word.replace(/'([^']*)'|"([^"]*)"/g, (_, a, b) => a ?? b);

/** A word with what its `*` stands for. */
async function expanded(word: string, folder: string): Promise<readonly string[]> {
  const at = word.indexOf("*");
  if (at < 0 || /['"]/.test(word)) return [unquoted(word).replace(/^~(?=\/)/, folder)];
  const under = dirname(`${word.slice(0, at)}x`);
  const rest = word.slice(at + 1).replace(/\/$/, "");
  const names = await readdir(join(folder, under));
  return names.filter((name) => name.endsWith(rest)).map((name) => join(under, name));
}

/** A line without what is said of it behind two blanks. */
const withoutRemark = (line: string): string => line.trim().replace(/ {2,}\S.*$/, "");

/** The commands of a text, continued lines joined. Of help those that call griffin; the rest of it is for people. */
export const commandsOf = (text: string): readonly string[] =>
  text
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => withoutRemark(line).replace(/^npx griffin /, "griffin "))
    .filter((line) => line !== "");

/**
 * Runs a line in a folder, which is where this process is. @returns what went wrong: nothing, or the exit code and the complaint of a command
 */
export async function runLine(line: string, folder: string): Promise<string | undefined> {
  if (!/(?:^|\| )griffin /.test(line)) {
    const { exitCode, all } = await execa("sh", ["-c", line], { cwd: folder, reject: false, all: true });
    return exitCode === 0 ? undefined : `exit code ${exitCode}\n${all}`;
  }
  const words = wordsOf(line);
  const redirected = words.findIndex((word) => /^>>?$/.test(word));
  const piped = words.slice(0, redirected < 0 ? words.length : redirected);
  let input = "";
  for (const command of splitAt(piped, "|")) {
    const [name, ...args] = (await Promise.all(command.map((word) => expanded(word, folder)))).flat();
    if (name === "echo") input = `${args.join(" ")}\n`;
    else if (name === "griffin") {
      const { exitCode, stdout, stderr } = await griffin(args, { input });
      if (exitCode !== 0) return `exit code ${exitCode}\n${stderr}`;
      input = stdout;
    }
    // What takes in what griffin gives is a matter of the shell: it has to be there.
    else if (input === "") return `nothing is given to ${name}`;
  }
  if (redirected < 0) return undefined;
  const file = (await expanded(words[redirected + 1]!, folder))[0]!;
  const write = words[redirected] === ">" ? writeFile : appendFile;
  await write(resolve(folder, file), input);
  return undefined;
}

function splitAt(words: readonly string[], separator: string): readonly (readonly string[])[] {
  const at = words.indexOf(separator);
  return at < 0 ? [words] : [words.slice(0, at), ...splitAt(words.slice(at + 1), separator)];
}
