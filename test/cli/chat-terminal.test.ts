import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { colorsFor } from "../../src/cli/colors.js";
import { converse } from "../../src/cli/chat/dialogue.js";
import { openLines } from "../../src/cli/chat/lines.js";
import type { CommandContext } from "../../src/cli/context.js";
import type { Chat, ChatPart } from "../../src/serving/index.js";
import { AbortedError } from "../../src/support/wait.js";

/** A terminal of this process: what is typed goes in, what is shown is kept. */
function terminal(columns = 40) {
  let shown = "";
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 });
  output.on("data", (part: Buffer) => {
    shown += part.toString("utf8");
  });
  const lines = openLines({ stdin: input, stdout: output });
  onTestFinished(() => lines[Symbol.dispose]());
  return {
    lines,
    type: (keys: string) => void input.write(keys),
    shown: () => shown,
    resize(to: number) {
      output.columns = to;
      output.emit("resize");
    },
  };
}

const [ENTER, UP, LEFT, BACKSPACE, CTRL_C, CTRL_D] = ["\r", "\x1b[A", "\x1b[D", "\x7f", "\x03", "\x04"];
const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`;

/** The turns that come of what is typed, up to the end of the input. */
async function turnsOf(keys: string): Promise<readonly string[]> {
  const { lines, type } = terminal();
  const turns: string[] = [];
  let next = lines.next();
  type(keys + ENTER + CTRL_D);
  for (let turn = await next; turn !== undefined; turn = await next) {
    if (turn !== "") turns.push(turn);
    next = lines.next();
  }
  return turns;
}

test.each([
  ["a line is a turn", `why?${ENTER}how?`, ["why?", "how?"]],
  ["a backslash joins lines", `one\\${ENTER}two\\${ENTER}three`, ["one\ntwo\nthree"]],
  ["lines that are pasted are one turn", `${paste("a\rb\r\rc")} and more`, ["a\nb\n\nc and more"]],
  ["a paste that ends a line waits for Enter", `${paste("a\r")}${ENTER}b`, ["a\n", "b"]],
  ["keys move in a line and take characters away", `cart${LEFT}${LEFT}${BACKSPACE}`, ["crt"]],
  ["the lines before come back", `first${ENTER}second${ENTER}${UP}${UP}!`, ["first", "second", "first!"]],
  [
    "wide characters, and those of two code units, are each taken away by one key",
    `日本語🙂${BACKSPACE}${BACKSPACE}x`,
    ["日本x"],
  ],
  ["Ctrl-C throws away what was typed", `oops${CTRL_C}fine`, ["fine"]],
  ["Ctrl-C throws away the lines before it, too", `one\\${ENTER}two${CTRL_C}three`, ["three"]],
])("%s", async (_, keys, turns) => {
  expect(await turnsOf(keys)).toEqual(turns);
});

test("what is typed while nobody waits for it is there when somebody does, the cursor in it", async () => {
  const { lines, type } = terminal();
  type(`one${ENTER}cart${LEFT}${LEFT}${BACKSPACE}`);
  expect(await lines.next()).toBe("one");
  const turn = lines.next();
  type(`${BACKSPACE}${ENTER}`);
  expect(await turn).toBe("rt");
});

test("what is typed stays as it is when the window changes, also beyond its width", async () => {
  const { lines, type, resize, shown } = terminal(20);
  const turn = lines.next();
  type("a line that is longer than");
  await expect.poll(shown).toContain("longer than");
  resize(10);
  type(` the window${ENTER}`);
  expect(await turn).toBe("a line that is longer than the window");
});

test("a terminal is asked to mark pastes, and at the end not to any more", () => {
  const { lines, shown } = terminal();
  lines[Symbol.dispose]();
  expect([shown().startsWith("\x1b[?2004h"), shown().endsWith("\x1b[?2004l")]).toEqual([true, true]);
});

/** A dialogue whose answers never end by themselves. */
function conversation() {
  const place = terminal();
  const said: string[] = [];
  const told: string[] = [];
  async function* say(text: string, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<ChatPart> {
    said.push(text);
    yield { text: "answer", token: 1, finished: undefined };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw new AbortedError({ message: "the answer was aborted" });
  }
  const context = {
    colors: colorsFor({ env: { NO_COLOR: "1" }, stdout: new PassThrough() }),
    signal: new AbortController().signal,
    print: () => undefined,
    write: (text: string) => void told.push(text),
    printError: (line: string) => void told.push(line),
  } as unknown as CommandContext;
  const chat = { say, tokens: 3, turns: [] } as unknown as Chat;
  const ended = converse({ context, chat, lines: place.lines, format: undefined, streams: true });
  return { ...place, said, told, ended };
}

test("Ctrl-C stops the answer and not the program; at an empty prompt it warns, and the second one ends", async () => {
  const { type, said, told, ended } = conversation();
  type(`why?${ENTER}`);
  await expect.poll(() => told).toEqual(["answer"]);
  type(CTRL_C);
  await expect.poll(() => told.at(-1)).toBe("broken off");
  type(CTRL_C);
  await expect.poll(() => told.at(-1)).toBe("Ctrl-C again ends, as Ctrl-D or /exit do");
  type(`how?${ENTER}`);
  await expect.poll(() => said).toEqual(["why?", "how?"]);
  type(CTRL_C);
  await expect.poll(() => told.filter((line) => line === "broken off")).toHaveLength(2);
  type(CTRL_C);
  await expect.poll(() => told.filter((line) => line.startsWith("Ctrl-C again"))).toHaveLength(2);
  type(CTRL_C);
  expect(await ended).toBe(true);
});
