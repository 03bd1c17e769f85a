/** @file Lines that a person types, with history and editing where there is a terminal, or that a pipe gives. */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { decodeUtf8 } from "../../support/utf8.js";
import type { CommandLineIo } from "../io.js";

/** Where lines come from. Close it. */
export interface Lines extends Disposable {
  /** Whether somebody types. */
  readonly isTerminal: boolean;
  /** The next line, without its end; undefined when there is none. @throws UsageError for what is no UTF-8 */
  next(prompt: string): Promise<string | undefined>;
  /** What Ctrl-C does, where somebody types. */
  onInterrupt(work: () => void): void;
}

export function openLines({ stdin, stdout }: Pick<CommandLineIo, "stdin" | "stdout">): Lines {
  const isTerminal = "isTTY" in stdin && stdin.isTTY === true && stdout.isTTY === true;
  if (!isTerminal) return pipedLines(stdin);
  return typedLines(stdin instanceof Readable ? stdin : Readable.from(stdin), stdout);
}

function pipedLines(stdin: CommandLineIo["stdin"]): Lines {
  const lines = linesOf(stdin);
  return {
    isTerminal: false,
    next: async () => (await lines.next()).value,
    onInterrupt: () => undefined,
    [Symbol.dispose]: () => void lines.return(undefined),
  };
}

/** Lines are cut out of bytes, which the end of a line is never a part of a character in. */
async function* linesOf(stdin: CommandLineIo["stdin"]): AsyncGenerator<string, undefined> {
  let rest: Uint8Array = Buffer.alloc(0);
  let number = 0;
  const decoded = (bytes: Uint8Array): string =>
    decodeUtf8(bytes, `line ${++number} of <stdin>`).replace(/\r$/, "");
  for await (const part of stdin) {
    rest = Buffer.concat([rest, part]);
    for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
      yield decoded(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield decoded(rest);
}

const LINE_END = 0x0a;

function typedLines(input: Readable, output: CommandLineIo["stdout"]): Lines {
  const lines = createInterface({
    ...{ input, output, terminal: true, historySize: 1000 },
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  const waiting: string[] = [];
  let ended = false;
  let take: (() => void) | undefined;
  const wake = (): void => {
    take?.();
    take = undefined;
  };
  lines.on("line", (line) => {
    waiting.push(line);
    wake();
  });
  lines.on("close", () => {
    ended = true;
    wake();
  });
  return {
    isTerminal: true,
    async next(prompt) {
      if (!ended) {
        lines.setPrompt(prompt);
        lines.prompt();
      }
      while (waiting.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          take = resolve;
        });
      }
      return waiting.shift();
    },
    onInterrupt: (work) => void lines.on("SIGINT", work),
    [Symbol.dispose]: () => lines.close(),
  };
}
