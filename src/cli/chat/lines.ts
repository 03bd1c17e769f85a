/** @file Lines that a person types, with history and editing where there is a terminal, or that a pipe gives. */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { CommandLineIo } from "../io.js";

/** Where lines come from. Close it. */
export interface Lines extends Disposable {
  /** Whether somebody types. */
  readonly isTerminal: boolean;
  /** The next line, without its end; undefined when there is none. */
  next(prompt: string): Promise<string | undefined>;
  /** What Ctrl-C does, where somebody types. */
  onInterrupt(work: () => void): void;
}

export function openLines({ stdin, stdout }: Pick<CommandLineIo, "stdin" | "stdout">): Lines {
  const input = stdin instanceof Readable ? stdin : Readable.from(stdin);
  const isTerminal = "isTTY" in stdin && stdin.isTTY === true && stdout.isTTY === true;
  const lines = createInterface({
    input,
    ...(isTerminal ? { output: stdout, terminal: true, historySize: 1000 } : { terminal: false }),
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
    isTerminal,
    async next(prompt) {
      if (isTerminal && !ended) {
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
