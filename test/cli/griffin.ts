/** @file For tests: the command line, in this process or as people run it. */
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.js";
import type { Extension } from "../../src/extension/index.js";
import type { KnownModels } from "../../src/cli/models.js";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The built command. */
export const main = join(root, "dist/src/cli/main.js");

/** What came out, without the last line's end. */
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  /** Instead of `input`. Only in this process. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Stops it. Only in this process. */
  readonly signal?: AbortSignal;
  /** Instead of this process's variables of these names; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The models that it knows; default: the package's. Only in this process. */
  readonly models?: KnownModels;
  /** What else it knows. Only in this process. */
  readonly extensions?: readonly Extension[];
}

/** A stream that keeps what it is given. */
class Recorder extends Writable {
  readonly #parts: Buffer[] = [];

  override _write(part: Buffer, _encoding: string, done: () => void): void {
    this.#parts.push(part);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#parts).toString("utf8").replace(/\n$/, "");
  }
}

/** Runs `griffin` with these arguments in this process, from its sources, in the project's folder. */
export async function griffin(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const { stdin = Readable.from([Buffer.from(options.input ?? "")]), signal } = options;
  const env = { ...process.env, ...options.env };
  const exitCode = await runCommandLine(
    args,
    { stdout, stderr, stdin, env, signal },
    options.models,
    options.extensions,
  );
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** The same as people run it: the built command in a process of its own, with XLA's flags as the tests were started with them. */
export async function spawnGriffin(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  if (!existsSync(main)) throw new Error("griffin is not built: npm run build");
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], {
    cwd: root,
    reject: false,
    input: options.input ?? "",
    env: { XLA_FLAGS: process.env.USERS_XLA_FLAGS || undefined, ...options.env },
  });
  return { exitCode, stdout, stderr };
}

/** Runs with --json and reads what came; fails when that is no JSON. */
export async function griffinJson(
  args: readonly string[],
  options: RunOptions = {},
  run: typeof griffin = griffin,
): Promise<unknown> {
  const { stdout, stderr } = await run([...args, "--json"], options);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`no JSON on stdout: ${stdout}\n${stderr}`);
  }
}

/** An empty folder that goes away after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of a folder of golden/ that a test may spoil. */
export async function copyOfCase(name: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(root, "golden", name), folder, { recursive: true });
  return folder;
}
