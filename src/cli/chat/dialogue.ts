/** @file One dialogue on the command line: what is typed is said, or is a command; answers come as they are made. */
import type { Chat, ChatPart } from "../../serving/index.js";
import { GriffinError, UsageError } from "../../support/errors.js";
import { AbortedError, waitFor } from "../../support/wait.js";
import { suggestion } from "../../support/suggest.js";
import { formatTable } from "../../support/table.js";
import type { Format } from "../../tokens/index.js";
import type { CommandContext } from "../context.js";
import type { Lines } from "./lines.js";

/** What `/help` tells. */
const COMMANDS: Readonly<Record<string, string>> = {
  "/reset": "forget all that was said",
  "/regenerate": "answer the last turn again",
  "/save FILE": "store the dialogue and what the model has read of it",
  "/load FILE": "go on with a dialogue that was stored",
  "/tokens": "how many tokens the model has read",
  "/help": "these lines",
  "/exit": "end; Ctrl-D does so too",
};

/** Where a dialogue takes place. */
interface Place {
  readonly context: CommandContext;
  readonly chat: Chat;
  readonly lines: Lines;
  /** What each answer is to be. */
  readonly format: Format | undefined;
  /** Whether answers are shown as they come. */
  readonly streams: boolean;
}

/**
 * Says what is typed, until there is no more. A turn that begins with two slashes begins with one. Ctrl-C breaks an answer off, and twice at an
 * empty prompt ends. Where nobody types, the first thing that goes wrong ends it.
 * @returns whether no answer was cut off before it was of its format
 * @throws what goes wrong, where nobody types
 */
export async function converse(place: Place): Promise<boolean> {
  const { context, lines } = place;
  let isWhole = true;
  let stop: AbortController | undefined;
  let isWarned = false;
  lines.onInterrupt(() => {
    if (stop !== undefined) return stop.abort();
    if (isWarned) return lines.end();
    isWarned = true;
    context.printError(context.colors.dim("Ctrl-C again ends, as Ctrl-D or /exit do"));
  });
  for (;;) {
    const text = await waitFor(
      "the dialogue",
      { signal: context.signal },
      () => lines.next(),
      undefined,
      "no turn was open",
    );
    isWarned = false;
    if (text === undefined || text.trim() === "/exit") return isWhole;
    if (text.trim() === "") continue;
    stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, context.signal]);
    try {
      if (!(await take(place, text, signal))) isWhole = false;
    } catch (error) {
      if (error instanceof AbortedError && stop.signal.aborted) {
        context.print();
        context.printError(context.colors.dim("broken off"));
      } else if (lines.isTerminal && error instanceof GriffinError) context.printError(error.message);
      else throw error;
    } finally {
      stop = undefined;
    }
  }
}

/** @returns false for an answer that was cut off before it was of its format */
async function take(place: Place, text: string, signal: AbortSignal): Promise<boolean> {
  const { context, chat, format } = place;
  if (text.startsWith("//")) return show(place, chat.say(text.slice(1), { signal, format }));
  if (!text.startsWith("/")) return show(place, chat.say(text, { signal, format }));
  const [name = ""] = text.trim().split(/\s/);
  const argument = text.trim().slice(name.length).trim();
  const note = (line: string): void => context.printError(context.colors.dim(line));
  if (name === "/reset") chat.reset();
  else if (name === "/regenerate") return show(place, chat.regenerate({ signal, format }));
  else if (name === "/tokens") note(`${chat.tokens} tokens read`);
  else if (name === "/help") {
    for (const line of formatTable(["command", ""], Object.entries(COMMANDS))) context.printError(line);
  } else if (name === "/save") {
    await chat.save(fileOf(name, argument), { signal });
    note(`${chat.tokens} tokens saved in ${argument}`);
  } else if (name === "/load") {
    await chat.load(fileOf(name, argument), { signal });
    note(`${chat.turns.length} turns, ${chat.tokens} tokens`);
  } else {
    const known = Object.keys(COMMANDS).map((command) => command.split(" ")[0]!);
    throw new UsageError({
      message: `there is no command ${name}`,
      expected: known.join(", "),
      hint: suggestion(name, known) ?? "a turn that begins with a slash is typed with two",
    });
  }
  return true;
}

function fileOf(command: string, path: string): string {
  if (path !== "") return path;
  throw new UsageError({ message: `${command} needs a file`, expected: `${command} FILE` });
}

/** An answer as it comes, then its figures. */
async function show({ context, chat, streams }: Place, answer: AsyncIterable<ChatPart>): Promise<boolean> {
  let isWhole = true;
  let count = 0;
  let firstAt = 0;
  for await (const { text, complete } of answer) {
    if (complete === false) isWhole = false;
    if (count === 0) firstAt = performance.now();
    count += 1;
    if (streams) context.write(text);
  }
  if (streams) context.print();
  const seconds = (performance.now() - firstAt) / 1000;
  const rate = count > 1 ? `, ${((count - 1) / seconds).toFixed(1)} tokens/s` : "";
  context.printError(context.colors.dim(`${count} tokens${rate}, context ${chat.tokens} tokens`));
  if (!isWhole) context.printError("the answer is not complete: it was cut off (--max-new-tokens)");
  return isWhole;
}
