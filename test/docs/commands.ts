/** @file For tests: lines of shell that call griffin, parsed as the command line parses them; nothing is run. */
import { type Command, CommanderError } from "commander";
import { commandLine } from "../../tools/docs/command-line.js";

/** Lines that call griffin, continued ones joined, comments behind two blanks left out. */
export const griffinLines = (text: string): readonly string[] =>
  text
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.trim().replace(/^(\$ )?npx griffin/, "griffin"))
    .filter((line) => /^(?:[A-Z_]+=\S+ )*griffin |\| griffin /.test(line))
    .map((line) => line.replace(/^.*\| (?=griffin)/, "").replace(/^(?:[A-Z_]+=\S+ )+/, ""))
    .map((line) => line.split(/ {2,}| [|>&#] ?/)[0]!);

/** Words as a shell splits them. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare!,
  );

/** Makes every command of a program end before it does anything; modules that `--load` names are not there. */
function disarm(command: Command): void {
  for (const option of command.options) if (option.long === "--load") option.argParser(() => []);
  for (const child of command.commands) disarm(child);
  if (command.commands.length === 0) command.action(() => {});
}

/** "taken", or what the command line says is wrong. */
export async function parseGriffin(line: string): Promise<string> {
  const program = commandLine();
  disarm(program);
  try {
    await program.parseAsync(wordsOf(line).slice(1), { from: "user" });
    return "taken";
  } catch (error) {
    if (error instanceof CommanderError) return error.message.split("\n")[0]!;
    throw error;
  }
}
