/** @file What the work of a command is given: where to print, what to read, when to stop. */
import type { Extension } from "../extension/define-extension.js";
import type { Dialect } from "../ir/dialect.js";
import { cannotWrite } from "../support/errors.js";
import { printable, printableInColor } from "../support/printable.js";
import { writeWhole } from "../support/whole.js";
import { type Colors, colorsFor } from "./colors.js";
import { consoleTo } from "./console-to.js";
import type { CommandLineIo, DeadlineWatch, OutputStream } from "./io.js";
import { type KnownModels, withModelsOf } from "./models.js";
import { Progress } from "./progress.js";

/** One run of the command line. Progress and complaints go to stderr, so that stdout can be piped. */
export class CommandContext {
  readonly env: NodeJS.ProcessEnv;
  readonly colors: Colors;
  /** Aborted when the caller says so, when nobody takes the results, and when the time is over. */
  readonly signal: AbortSignal;
  readonly #io: CommandLineIo;
  #models: KnownModels;
  #extensions: readonly Extension[] = [];
  readonly #stop = new AbortController();
  #giveBackConsole: (() => void) | undefined;
  #broken: NodeJS.ErrnoException | undefined;

  constructor(io: CommandLineIo, models: KnownModels, extensions: readonly Extension[]) {
    this.#io = io;
    this.#models = models;
    this.extend(extensions);
    this.env = io.env;
    this.colors = colorsFor(io);
    this.signal = AbortSignal.any([this.#stop.signal, ...(io.signal === undefined ? [] : [io.signal])]);
    io.stdout.on("error", this.#onBroken);
    io.stderr.on("error", ignore);
  }

  /** The models that the command line knows, those of extensions too. */
  get models(): KnownModels {
    return this.#models;
  }

  /** What else is known beside what the package has. */
  get extensions(): readonly Extension[] {
    return this.#extensions;
  }

  /** Whose ops program texts may name, beside those of the package. */
  get dialects(): readonly Dialect[] {
    return this.#extensions.flatMap(({ dialects }) => dialects);
  }

  /** Makes extensions known to what the command does from now on. */
  extend(extensions: readonly Extension[]): void {
    this.#models = withModelsOf(this.#models, extensions);
    this.#extensions = [...this.#extensions, ...extensions];
  }

  /**
   * Code of authors runs from now on, when their modules load and whenever the command calls what they export: what it prints goes to
   * stderr, so that stdout holds results alone.
   */
  admitAuthors(): void {
    this.#giveBackConsole ??= consoleTo((line) => this.#io.stderr.write(`${line}\n`));
  }

  /** Whether code of authors runs. */
  get admitsAuthors(): boolean {
    return this.#giveBackConsole !== undefined;
  }

  /** Why stdout takes no more, if it does not. */
  get broken(): NodeJS.ErrnoException | undefined {
    return this.#broken;
  }

  /** What programs, prompts and lines are read from, and lines are shown on as they are typed. */
  get io(): Pick<CommandLineIo, "stdin" | "stdout"> {
    return this.#io;
  }

  /** Width of the terminal in characters; undefined where there is none, or it does not say. */
  get columns(): number | undefined {
    return this.#io.stdout.isTTY === true ? this.#io.stdout.columns || undefined : undefined;
  }

  /** Text or bytes as they are, to stdout. */
  write(content: string | Uint8Array): void {
    this.#io.stdout.write(content);
  }

  /** A line for people to stdout. What a terminal would obey in it stands there by its number: names in files may hold anything. */
  print(line = ""): void {
    this.printResult(this.#printable(line));
  }

  /** A line that is a result to stdout, as it is. */
  printResult(line: string): void {
    this.write(`${line}\n`);
  }

  /** One JSON document to stdout, for `--json`. Numbers that JSON does not have become null. */
  printJson(value: unknown): void {
    this.printResult(JSON.stringify(value, undefined, 2));
  }

  /** A line to stderr, as `print` has it. */
  printError(line: string): void {
    this.#io.stderr.write(`${this.#printable(line)}\n`);
  }

  #printable(line: string): string {
    return this.colors.isColorSupported ? printableInColor(line) : printable(line);
  }

  /**
   * Writes text or bytes to a file, which stays as it was until all is written, or to stdout for `-` and undefined.
   * @throws EnvironmentError when the file cannot be written
   */
  async writeTo(path: string | undefined, content: string | Uint8Array): Promise<void> {
    if (path === undefined || path === "-") return this.write(content);
    try {
      await writeWhole(path, content);
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  }

  /** A signal that the next interrupt (Ctrl-C) aborts; the command goes on. Close it. */
  interrupts(): { readonly signal: AbortSignal } & Disposable {
    const controller = new AbortController();
    const giveUp = this.#io.onInterrupt?.(() => controller.abort());
    return { signal: controller.signal, [Symbol.dispose]: () => giveUp?.() };
  }

  /** Progress on stderr. @param options `leavesLines` (default true): whether a phase that ended leaves a line */
  progress(options: { readonly leavesLines?: boolean } = {}): Progress {
    return new Progress({ ...options, stream: this.#io.stderr, colors: this.colors });
  }

  /** Comes back when everything that was printed is written, or cannot be. */
  async flush(): Promise<void> {
    await Promise.all([this.#io.stdout, this.#io.stderr].map(flush));
  }

  /** Tells the command to stop. */
  stop(reason: unknown): void {
    this.#stop.abort(reason);
  }

  /** What ends work that is late and does not listen; undefined where nothing may. */
  get deadlines(): DeadlineWatch | undefined {
    return this.#io.deadlines;
  }

  /** Flushes, and lets go of the console and of the streams, which stay open. */
  async close(): Promise<void> {
    await this.flush();
    this.#giveBackConsole?.();
    this.#io.stdout.off("error", this.#onBroken);
    this.#io.stderr.off("error", ignore);
  }

  readonly #onBroken = (error: NodeJS.ErrnoException): void => {
    this.#broken ??= error;
    this.#stop.abort(error);
  };
}

/** Progress and complaints that nobody takes stop nothing, and change no exit code. */
const ignore = (): void => undefined;

/** The callback of a write comes after those before it, with an error too. */
const flush = (stream: OutputStream): Promise<void> =>
  new Promise((resolve) => stream.write("", () => resolve()));
