/**
 * @file Programs that check themselves (check.expect_*), run by `griffin run --self-check` in batches.
 * A program that kills its plugin's process is one that failed; one that kills the interpreter's, or never ends, costs its batch a second
 * run, one by one.
 */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { twoAtOnce } from "../support/two-at-once.js";
import { QUICK_COMPILE } from "../support/xla-flags.js";
import { programFiles } from "./files.js";
import type { Score } from "./score.js";

const griffin = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

const BATCH = 100;
/** For a batch, which takes seconds. */
const TIMEOUT_MS = 10 * 60_000;

const reportFile = z.object({
  programs: z.array(
    z.object({
      file: z.string(),
      line: z.number(),
      passed: z.boolean(),
      report: z.object({ failures: z.array(z.object({ message: z.string() })) }).optional(),
      error: z.object({ message: z.string() }).optional(),
    }),
  ),
});

/** What became of one program; `reason` when it failed. */
interface Outcome {
  /** `file.mlir:line`. */
  readonly program: string;
  readonly reason: string | undefined;
}

export interface ExecuteOptions {
  /** By the CPU plugin from our text or from our bytecode, or by our own interpreter. */
  readonly by: "text" | "portable" | "interpreter";
  /** Programs that are known to differ, by file name or `file:line`, with the reason. One that does not is a failure, too. */
  readonly known: Readonly<Record<string, string>>;
  /** Messages of programs that this way of running is not made for. */
  readonly notApplicable: RegExp;
}

const flags = { text: [], portable: ["--portable"], interpreter: ["--interpret"] } as const;

/** Text is compiled as for users. What bytecode adds is how it is read, which no optimisation of the compiler changes. */
const env = {
  text: {},
  portable: { XLA_FLAGS: process.env.XLA_FLAGS ?? QUICK_COMPILE },
  interpreter: {},
} as const;

async function runBatch(files: readonly string[], options: ExecuteOptions): Promise<readonly Outcome[]> {
  const args = ["run", "--self-check", "--json", ...flags[options.by], ...files];
  const { stdout, stderr, exitCode, signal } = await execa(process.execPath, [griffin, ...args], {
    reject: false,
    env: env[options.by],
    timeout: TIMEOUT_MS,
    maxBuffer: 2 ** 28,
  });
  if (exitCode === 0 || exitCode === 1) return reportFile.parse(JSON.parse(stdout)).programs.map(outcomeOf);
  const reason = `the process died (${signal ?? `exit code ${exitCode}`})`;
  // Plugins run in processes of their own: what ends ours as well is a defect of ours.
  if (options.by !== "interpreter") throw new Error(`${reason}\n${stderr}`);
  if (files.length === 1)
    return [{ program: `${basename(files[0]!)}:1`, reason: `${reason}\n${stderr}`.trim() }];
  const alone: Outcome[] = [];
  for (const file of files) alone.push(...(await runBatch([file], options)));
  return alone;
}

type Program = z.output<typeof reportFile>["programs"][number];

function outcomeOf({ file, line, passed, report, error }: Program): Outcome {
  const messages = [...(error === undefined ? [] : [error]), ...(report?.failures ?? [])].map(
    ({ message }) => message,
  );
  return { program: `${basename(file)}:${line}`, reason: passed ? undefined : messages.join("; ") };
}

/** Runs every program of a folder. */
export async function executeConformance(folder: string, options: ExecuteOptions): Promise<Score> {
  const files = programFiles(folder);
  const batches = Array.from({ length: Math.ceil(files.length / BATCH) }, (_, i) =>
    files.slice(i * BATCH, (i + 1) * BATCH),
  );
  const outcomes = (await twoAtOnce(batches, (batch) => runBatch(batch, options))).flat();
  const failures: string[] = [];
  const differing = new Set<string>();
  let [passed, notApplicable] = [0, 0];
  for (const { program, reason } of outcomes) {
    const key = [program, program.replace(/:\d+$/, "")].find((name) => Object.hasOwn(options.known, name));
    if (reason === undefined) passed++;
    else if (key !== undefined) differing.add(key);
    else if (options.notApplicable.test(reason)) notApplicable++;
    else failures.push(`${program}: ${reason}`);
  }
  const here = new Set(outcomes.flatMap(({ program }) => [program, program.replace(/:\d+$/, "")]));
  for (const key of Object.keys(options.known)) {
    if (here.has(key) && !differing.has(key)) failures.push(`${key}: known to differ, but does not any more`);
  }
  return { passed: passed + differing.size, failures, notApplicable };
}
