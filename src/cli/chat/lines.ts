/** @file Turns that a person types, with history and editing where there is a terminal, or that a pipe gives: lines, joined by backslashes. */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { UsageError } from "../../support/errors.js";
import { decodeUtf8 } from "../../support/utf8.js";
import type { CommandLineIo } from "../io.js";

/** Where turns come from. Close it. */
export interface Lines extends Disposable {
  /** Whether somebody types. */
  readonly isTerminal: boolean;
  /**
   * The next turn: a line, or several where a backslash ends a line or all were pasted; undefined when there is none.
   * @throws UsageError for what is no UTF-8, or too long
   */
  next(): Promise<string | undefined>;
  /** What Ctrl-C does, where somebody types, and has typed nothing yet: what was typed is thrown away by it. */
  onInterrupt(work: () => void): void;
  /** There are no more. */
  end(): void;
}

/** Shown in front of a turn, and of each line that goes on with it. */
const PROMPT = "> ";
const MORE = ". ";

/** Lines of a turn that is not whole yet. */
class TurnLines {
  #before = "";

  get isEmpty(): boolean {
    return this.#before === "";
  }

  /** The turn, if the line ends it. @param goesOn whether another follows, whatever it ends with */
  add(line: string, goesOn = false): string | undefined {
    const isOpen = line.endsWith("\\");
    const all = this.#before + (isOpen ? line.slice(0, -1) : line);
    this.#before = isOpen || goesOn ? `${all}\n` : "";
    return isOpen || goesOn ? undefined : all;
  }

  /** What came so far, which nothing follows; undefined when that is nothing. */
  take(): string | undefined {
    const all = this.#before === "" ? undefined : this.#before.slice(0, -1);
    this.#before = "";
    return all;
  }
}

export function openLines({ stdin, stdout }: Pick<CommandLineIo, "stdin" | "stdout">): Lines {
  const isTerminal = "isTTY" in stdin && stdin.isTTY === true && stdout.isTTY === true;
  if (!isTerminal) return pipedLines(stdin);
  return typedLines(stdin instanceof Readable ? stdin : Readable.from(stdin), stdout);
}

function pipedLines(stdin: CommandLineIo["stdin"]): Lines {
  const lines = linesOf(stdin);
  const turn = new TurnLines();
  const end = () => void lines.return(undefined);
  const next = async (): Promise<string | undefined> => {
    for (;;) {
      const { value } = await lines.next();
      const whole = value === undefined ? turn.take() : turn.add(value);
      if (value === undefined || whole !== undefined) return whole;
    }
  };
  return { isTerminal: false, next, end, onInterrupt: () => undefined, [Symbol.dispose]: end };
}

/** Lines are cut out of bytes, which the end of a line is never a part of a character in. */
async function* linesOf(stdin: CommandLineIo["stdin"]): AsyncGenerator<string, undefined> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let number = 0;
  const decoded = (bytes: Uint8Array): string =>
    decodeUtf8(bytes, `line ${++number} of <stdin>`).replace(/\r$/, "");
  for await (const part of stdin) {
    let from = 0;
    for (let end = part.indexOf(LINE_END); end >= 0; end = part.indexOf(LINE_END, from)) {
      yield decoded(Buffer.concat([...parts, part.subarray(from, end)]));
      [parts, bytes, from] = [[], 0, end + 1];
    }
    parts.push(part.subarray(from));
    bytes += part.length - from;
    if (bytes > LONGEST_LINE) throw tooLong(number + 1);
  }
  if (bytes > 0) yield decoded(Buffer.concat(parts));
}

const LINE_END = 0x0a;

/** More than any model reads of a turn, bytes. */
const LONGEST_LINE = 2 ** 26;

const tooLong = (line: number): UsageError =>
  new UsageError({
    message: `line ${line} of <stdin> is too long`,
    expected: `at most ${LONGEST_LINE} bytes`,
  });

/** A terminal that is asked so says where a paste begins and ends: the ends of its lines do not end the turn. */
const ASK_FOR_PASTES = "\x1b[?2004h";
const LEAVE_PASTES = "\x1b[?2004l";

function typedLines(input: Readable, output: CommandLineIo["stdout"]): Lines {
  const lines = createInterface({
    ...{ input, output, terminal: true, historySize: 1000 },
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  const turn = new TurnLines();
  const waiting: string[] = [];
  let ended = false;
  let isPasting = false;
  let interrupt = (): void => undefined;
  let take: (() => void) | undefined;
  const wake = (): void => {
    take?.();
    take = undefined;
  };
  const ask = (): void => {
    lines.setPrompt(turn.isEmpty ? PROMPT : MORE);
    // What was typed while an answer was made stays, with the cursor in it.
    lines.prompt(true);
  };
  const onKey = (_: unknown, { name }: { readonly name?: string }): void => {
    if (name === "paste-start") isPasting = true;
    if (name === "paste-end") isPasting = false;
  };
  output.write(ASK_FOR_PASTES);
  input.on("keypress", onKey);
  lines.on("line", (line) => {
    const whole = turn.add(line, isPasting);
    if (whole !== undefined) waiting.push(whole);
    if (whole !== undefined) wake();
    else if (take !== undefined) ask();
  });
  lines.on("SIGINT", () => {
    const isTyping = take !== undefined && (lines.line !== "" || !turn.isEmpty);
    if (isTyping) {
      turn.take();
      // To the end of the line, and away with all before it.
      lines.write(null, { ctrl: true, name: "e" });
      lines.write(null, { ctrl: true, name: "u" });
      output.write("\n");
    } else interrupt();
    if (take !== undefined && !ended) ask();
  });
  lines.on("close", () => {
    ended = true;
    input.off("keypress", onKey);
    output.write(LEAVE_PASTES);
    const rest = turn.take();
    if (rest !== undefined) waiting.push(rest);
    wake();
  });
  return {
    isTerminal: true,
    async next() {
      while (waiting.length === 0 && !ended) {
        const typed = new Promise<void>((resolve) => {
          take = resolve;
        });
        ask();
        await typed;
      }
      return waiting.shift();
    },
    onInterrupt: (work) => {
      interrupt = work;
    },
    end: () => lines.close(),
    [Symbol.dispose]: () => lines.close(),
  };
}
