/**
 * @file The survival tier: generated programs that the verifier, the rules for programs and the target's limits accept are compiled and run
 * in child processes. The plugin may refuse them; none may end or hang its process, or take all memory. `survive` gives those that do.
 */
import type { Operation } from "../../src/ir/operation.js";
import { VerifyError } from "../../src/ir/errors.js";
import { cpu } from "../../src/targets/cpu.js";
import { verifyLimits } from "../../src/targets/limits.js";
import { verifyProgram } from "../../src/ir/verify-program/index.js";
import { type HostValue, IsolatedPlugin, PluginDeathError } from "../../src/engine/index.js";
import { mainInterface } from "../../src/engine/stablehlo-program.js";
import type { Interface } from "../../src/program/index.js";
import { hostBytes } from "../../src/runtime-pjrt/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { type Candidate, programOf } from "./candidate.js";

/** A program may take so long to compile and run, in ms. */
const DEADLINE_MS = 20_000;
/** What did not end gets so long by itself before it counts: a busy machine may have had no time for it. */
const LAST_DEADLINE_MS = 8 * DEADLINE_MS;
/** Resident memory of a child, in bytes; a tensor that a program takes or gives has 256 MiB at most. */
const MEMORY_BYTES = 8 * 2 ** 30;
/** A child that has run so many programs is replaced: what it keeps does not count. */
const PROGRAMS_A_CHILD = 1000;

/** A program that ended or hung its process, or took too much memory. */
export interface Death {
  /** The candidate's. */
  readonly name: string;
  readonly text: string;
  /** What the death says: a signal, an exit code, the time or the memory, the plugin's last words, where the program lies. */
  readonly how: string;
}

export interface SurvivalReport {
  readonly candidates: number;
  /** Programs that verified and were not refused. */
  readonly tried: number;
  /** Of those, how many compiled and ran to the end; the plugin refused the others, or they are counted below. */
  readonly ran: number;
  /** Of those, how many compiled to results of other types than the program declares, and were not run. */
  readonly otherTypes: number;
  /** Programs that the rules refused, by constraint, or by the kind of the error where it names none. */
  readonly refused: Readonly<Record<string, number>>;
  readonly deaths: readonly Death[];
}

/** The constraint of a refusal or its kind, or undefined for a program that may be run. */
function refusal(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof VerifyError) return error.constraint ?? error.kind;
    if (error instanceof GriffinError) return error.kind;
    throw error;
  }
}

/** Arguments of small numbers. */
const onesFor = (signature: Interface): readonly HostValue[] =>
  signature.arguments.map((spec) => ({ ...spec, data: new Uint8Array(hostBytes(spec)).fill(1) }));

/** The signature is the program's own: the plugin gives results of other types than it declares, and the runtime does not run it. */
const isOtherType = ({ kind, message }: GriffinError): boolean =>
  kind === "argument error" && message.includes("the signature does not fit the program: result");

/** `ran`, `refused` by the plugin's own words, `other types`, or how the process died. @throws every other error: the tier itself is wrong */
async function tryOn(isolated: IsolatedPlugin, program: string, signature: Interface): Promise<string> {
  try {
    await isolated.execute({ request: { program, signature }, inputs: onesFor(signature) });
    return "ran";
  } catch (error) {
    if (error instanceof PluginDeathError) {
      const { timeoutMs = 0 } = isolated.limits;
      if (error.reason !== "timeout" || timeoutMs >= LAST_DEADLINE_MS) return error.message;
      await using patient = new IsolatedPlugin(isolated.path, {
        ...isolated.limits,
        timeoutMs: LAST_DEADLINE_MS,
      });
      return await tryOn(patient, program, signature);
    }
    if (error instanceof GriffinError && error.kind.startsWith("PJRT ")) return "refused";
    if (error instanceof GriffinError && isOtherType(error)) return "other types";
    throw error;
  }
}

/**
 * Tries programs: two at once, one is made or compiled while another is run.
 * An aborted signal ends it after the programs under way.
 */
export async function survive(
  plugin: string,
  programs: Iterable<Candidate>,
  signal?: AbortSignal,
  onDeath?: (death: Death) => void,
): Promise<SurvivalReport> {
  const candidates = programs[Symbol.iterator]();
  const refused: Record<string, number> = {};
  const deaths: Death[] = [];
  let [seen, tried, ran, otherTypes] = [0, 0, 0, 0];
  const died = (death: Death): void => {
    deaths.push(death);
    onDeath?.(death);
  };
  const work = async (): Promise<void> => {
    await using isolated = new IsolatedPlugin(plugin, {
      timeoutMs: DEADLINE_MS,
      memoryBytes: MEMORY_BYTES,
    });
    let inChild = 0;
    for (let next = candidates.next(); next.done !== true; next = candidates.next()) {
      if (signal?.aborted === true) return;
      seen++;
      const { name } = next.value;
      const program = programOf(next.value, (text, how) => {
        tried++;
        died({ name, text, how });
      });
      if (program === undefined) continue;
      const { text, module } = program;
      const why = refusal(() => checkRunnable(module));
      if (why !== undefined) {
        refused[why] = (refused[why] ?? 0) + 1;
        continue;
      }
      tried++;
      if (inChild++ % PROGRAMS_A_CHILD === 0) await isolated.close();
      const how = await tryOn(isolated, text, mainInterface(module));
      if (how === "ran") ran++;
      else if (how === "other types") otherTypes++;
      else if (how !== "refused") died({ name, text, how });
    }
  };
  await Promise.all([work(), work()]);
  return { candidates: seen, tried, ran, otherTypes, refused, deaths };
}

/** @throws GriffinError for a program that is not to be run */
function checkRunnable(module: Operation): void {
  verifyLimits(module, cpu.limits);
  verifyProgram(module);
  const { arguments: args, results } = mainInterface(module);
  // What the device has no memory for says so by itself, and slowly.
  if ([...args, ...results].some(({ dimensions }) => dimensions.reduce((a, b) => a * b, 1) > 2 ** 24))
    throw new GriffinError("too large to try", { message: "too large to try" });
}
