/**
 * @file The survival tier: generated programs that verifier and program rules accept are compiled and run in child processes. None may
 * end or hang its process. `survive(plugin, count, seed)` gives those that do.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { VerifyError } from "../../src/ir/errors.js";
import { cpu } from "../../src/targets/cpu.js";
import { verifyLimits } from "../../src/targets/limits.js";
import { verifyProgram } from "../../src/ir/verify-program/index.js";
import { mainInterface } from "../../src/engine/stablehlo-program.js";
import { GriffinError } from "../../src/support/errors.js";
import { programOf } from "./programs.js";
import type { Survived } from "./child.js";

const childFile = fileURLToPath(new URL("./child.ts", import.meta.url));

/** A program may take so long to compile and run, in ms. */
const DEADLINE_MS = 20_000;
/** A child may take so long to load the plugin, in ms. */
const START_MS = 180_000;
/** A child that has run so many programs is replaced: what it keeps does not count. */
const PROGRAMS_A_CHILD = 1000;

/** A program that ended or hung its process. */
export interface Death {
  readonly seed: number;
  readonly text: string;
  /** A signal's name, an exit code, or `no end in 20 s`. */
  readonly how: string;
}

export interface SurvivalReport {
  /** Programs that verified and were not refused. */
  readonly tried: number;
  /** Of those, how many compiled and ran to the end. */
  readonly ran: number;
  /** Programs that the rules refused, by constraint. */
  readonly refused: Readonly<Record<string, number>>;
  readonly deaths: readonly Death[];
}

/** A process that runs programs; a new one is made when it ends. */
class Runner {
  #child: ChildProcess | undefined;
  #ran = 0;

  constructor(readonly plugin: string) {}

  async run(text: string): Promise<Survived | string> {
    if (this.#ran++ % PROGRAMS_A_CHILD === 0) this.close();
    this.#child ??= await this.#start();
    const child = this.#child;
    child.send(text);
    const answer = await this.#answer(child, DEADLINE_MS);
    if (typeof answer === "string") this.close();
    return answer;
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(childFile, [this.plugin], {
      execArgv: ["--import", "jiti/register"],
      stdio: "ignore",
    });
    const answer = await this.#answer(child, START_MS);
    if (typeof answer === "string") throw new Error(`the child did not start: ${answer}`);
    return child;
  }

  #answer(child: ChildProcess, deadline: number): Promise<Survived | string> {
    return new Promise((resolve) => {
      const end = (answer: Survived | string): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(answer);
      };
      const timer = setTimeout(() => end(`no end in ${deadline / 1000} s`), deadline);
      child.once("message", (message) => end(message as Survived));
      child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

/** The constraint of a refusal, or undefined for a program that may be run. */
function refusal(text: string, check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof VerifyError) return error.constraint ?? text;
    if (error instanceof GriffinError) return error.kind;
    throw error;
  }
}

/** Tries the programs of `count` seeds from `first` on. */
export async function survive(
  plugin: string,
  texts: readonly string[],
  { count, first = 0 }: { readonly count: number; readonly first?: number },
  onDeath?: (death: Death) => void,
): Promise<SurvivalReport> {
  const runner = new Runner(plugin);
  const refused: Record<string, number> = {};
  const deaths: Death[] = [];
  let [tried, ran] = [0, 0];
  for (let seed = first; seed < first + count; seed++) {
    const program = programOf(seed, texts);
    if (program === undefined) continue;
    const { text, module } = program;
    const why = refusal(text, () => {
      verifyLimits(module, cpu.limits);
      verifyProgram(module);
      const { arguments: args, results } = mainInterface(module);
      // What the device has no memory for says so by itself, and slowly.
      if ([...args, ...results].some(({ dimensions }) => dimensions.reduce((a, b) => a * b, 1) > 2 ** 24))
        throw new GriffinError("too large to try", { message: "too large to try" });
    });
    if (why !== undefined) {
      refused[why] = (refused[why] ?? 0) + 1;
      continue;
    }
    tried++;
    const answer = await runner.run(text);
    if (typeof answer === "string") {
      deaths.push({ seed, text, how: answer });
      onDeath?.(deaths.at(-1)!);
    } else if (answer.error === undefined) ran++;
  }
  runner.close();
  return { tried, ran, refused, deaths };
}
