/** @file Long work is never silent: one line that moves on a terminal, a plain line per phase (and a heartbeat) elsewhere. */
import { printableLine } from "../support/printable.js";
import type { Colors } from "./colors.js";

/** Where a terminal does not say how wide it is, or says 0 as some pseudo terminals do. */
const USUAL_COLUMNS = 80;

/** How often the moving line is drawn, and how often a log hears that a phase still runs; ms. */
const FRAME_MS = 100;
const HEARTBEAT_MS = 10_000;

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** The part of a stream that is needed. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

interface Phase {
  readonly title: string;
  readonly start: number;
  detail: string;
  lastBeat: number;
  lastDrawn: number;
}

/** Shows one phase at a time. Close it, or the moving line stays. */
export class Progress implements Disposable {
  readonly #stream: ProgressStream;
  readonly #colors: Colors;
  readonly #leavesLines: boolean;
  #phase: Phase | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param options `leavesLines` (default true): whether a phase that ended leaves a line */
  constructor(options: {
    readonly stream: ProgressStream;
    readonly colors: Colors;
    readonly leavesLines?: boolean;
  }) {
    this.#stream = options.stream;
    this.#colors = options.colors;
    this.#leavesLines = options.leavesLines ?? true;
  }

  /** Begins a phase, or says how far the running one of this title is. */
  update(title: string, detail = ""): void {
    if (this.#phase?.title !== title) {
      this.done();
      const now = performance.now();
      this.#phase = { title, start: now, detail, lastBeat: now, lastDrawn: -Infinity };
      this.#timer = setInterval(() => this.#draw(), FRAME_MS).unref();
    }
    this.#phase!.detail = detail;
    this.#draw();
  }

  /** Ends the running phase and leaves a line with its time. */
  done(detail = this.#phase?.detail ?? ""): void {
    const phase = this.#phase;
    if (phase === undefined) return;
    this.#clear();
    if (!this.#leavesLines) return;
    this.#stream.write(
      `${this.#colors.green("✓")} ${describe(phase.title, detail, performance.now() - phase.start)}\n`,
    );
  }

  /** A line beside the phases, such as a warning. */
  note(line: string): void {
    this.done();
    this.#stream.write(`${this.#colors.yellow("!")} ${printableLine(line)}\n`);
  }

  #draw(): void {
    const phase = this.#phase;
    if (phase === undefined) return;
    const now = performance.now();
    const text = describe(phase.title, phase.detail, now - phase.start);
    if (this.#stream.isTTY === true) {
      // A detail may change a thousand times a second.
      if (now - phase.lastDrawn < FRAME_MS) return;
      phase.lastDrawn = now;
      const frame = FRAMES[Math.floor(now / FRAME_MS) % FRAMES.length]!;
      const width = (this.#stream.columns || USUAL_COLUMNS) - 3;
      this.#stream.write(`\r\x1b[2K${this.#colors.cyan(frame)} ${text.slice(0, width)}`);
    } else if (now - phase.lastBeat > HEARTBEAT_MS) {
      phase.lastBeat = now;
      this.#stream.write(`… ${text}\n`);
    }
  }

  #clear(): void {
    clearInterval(this.#timer);
    this.#phase = undefined;
    if (this.#stream.isTTY === true) this.#stream.write("\r\x1b[2K");
  }

  /** Removes the moving line without a word: what comes next tells how it ended. */
  [Symbol.dispose](): void {
    this.#clear();
  }
}

const describe = (title: string, detail: string, ms: number): string =>
  `${printableLine(`${title}${detail === "" ? "" : ` ${detail}`}`)} (${formatMs(ms)})`;

/** `85 ms`, `3.2 s`, `2 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

/** `5.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
