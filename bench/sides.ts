/**
 * @file The sides of a comparison. Each is a process of its own that prints one JSON object last: what it found, and the versions of what
 * it ran. They run one after the other, several times round, so that no two share the cores and a noisy minute hits all alike.
 */
import { fileURLToPath } from "node:url";
import { execa, ExecaError } from "execa";
import { z } from "zod";
import { EnvironmentError } from "../src/support/errors.js";

const Side = z.object({
  /** By name; ms, or bytes. Less is better in each, so that the least of several runs is the least disturbed. */
  figures: z.record(z.string(), z.number()),
  /** By name of the package. */
  versions: z.record(z.string(), z.string()),
});

/** What a side prints. */
export type Side = z.infer<typeof Side>;

/** The last lines of a text. */
const tail = (text: string, count: number): readonly string[] => text.trimEnd().split("\n").slice(-count);

async function runSide(command: string, args: readonly string[]): Promise<Side> {
  const started = await execa(command, args, {
    preferLocal: true,
    localDir: fileURLToPath(new URL("..", import.meta.url)),
  }).catch((error: unknown) => {
    if (!(error instanceof ExecaError)) throw error;
    throw new EnvironmentError({
      message: `${[command, ...args].join(" ")} failed: ${error.shortMessage.split("\n")[0]}`,
      details: tail(String(error.stderr ?? ""), 12),
      cause: error,
    });
  });
  const last = tail(started.stdout, 1)[0]!;
  try {
    return Side.parse(JSON.parse(last));
  } catch (error) {
    throw new EnvironmentError({
      message: `${[command, ...args].join(" ")} printed no results`,
      expected: 'a last line {"figures": {NAME: NUMBER}, "versions": {NAME: TEXT}}',
      got: last,
      cause: error,
    });
  }
}

/** A side in TypeScript. @throws EnvironmentError with its words, if it fails or prints no results */
export const typescriptSide = (script: URL, args: readonly string[] = []): Promise<Side> =>
  runSide("jiti", [fileURLToPath(script), ...args]);

/** A side in plain JavaScript, as users of the built package run it. @throws EnvironmentError as `typescriptSide` */
export const nodeSide = (script: URL, args: readonly string[] = []): Promise<Side> =>
  runSide(process.execPath, [fileURLToPath(script), ...args]);

/** A side in Python, run by the given interpreter. @throws EnvironmentError as `typescriptSide` */
export const pythonSide = (interpreter: string, script: URL, args: readonly string[] = []): Promise<Side> =>
  runSide(interpreter, [fileURLToPath(script), ...args]);

/** Prints what a side found, as its last line. */
export const printSide = (side: Side): void => console.log(JSON.stringify(side));

/** The least of each figure over several runs of a side. */
export function least(runs: readonly Side[]): Side {
  const names = [...new Set(runs.flatMap(({ figures }) => Object.keys(figures)))];
  return {
    figures: Object.fromEntries(
      names.map((name) => [name, Math.min(...runs.map(({ figures }) => figures[name] ?? Infinity))]),
    ),
    versions: Object.assign({}, ...runs.map(({ versions }) => versions)),
  };
}

/** Runs the sides in turns, never two at once. A side that is undefined is left out. */
export async function inTurns<Name extends string>(
  turns: number,
  sides: Readonly<Record<Name, (() => Promise<Side>) | undefined>>,
): Promise<Partial<Record<Name, Side>>> {
  const runs = new Map<Name, Side[]>();
  for (let turn = 0; turn < turns; turn++) {
    for (const name of Object.keys(sides) as Name[]) {
      const run = sides[name];
      if (run === undefined) continue;
      console.error(`turn ${turn + 1} of ${turns}: ${name}`);
      runs.set(name, [...(runs.get(name) ?? []), await run()]);
    }
  }
  return Object.fromEntries([...runs].map(([name, list]) => [name, least(list)])) as Partial<
    Record<Name, Side>
  >;
}
