/** @file griffin run: any StableHLO program, or one of the author's own, on tensors from files or on what it carries itself. */
import { compareValues, type HostValue, type NamedValues, numbersOf } from "../engine/index.js";
import { formatType } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { formatTable } from "../support/table.js";
import { withDeadline } from "./deadline.js";
import { type IsolationFlags, openForOthers } from "./device.js";
import { cacheOf } from "./cache.js";
import type { CacheFlags } from "./options.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import type { Progress } from "./progress.js";
import { withRandom } from "./random-inputs.js";
import { readRunnable, type Runnable } from "./runnable.js";
import { runSelfChecks } from "./self-check.js";
import { readTensors, writeTensors } from "./tensor-files.js";

export interface RunOptions extends CacheFlags, IsolationFlags {
  readonly input?: string;
  /** Seed of numbers for what is not given; true for 0. */
  readonly random?: number | true;
  readonly output?: string;
  readonly expected?: string;
  readonly tolerance: number;
  readonly selfCheck?: boolean;
  readonly interpret?: boolean;
  readonly portable?: boolean;
  readonly allowCustomCall?: readonly string[];
  readonly plugin: string;
  readonly json?: boolean;
}

export async function runPrograms(
  context: CommandContext,
  files: readonly string[],
  options: RunOptions,
): Promise<ExitStatus> {
  if (options.selfCheck === true && options.random !== undefined)
    throw new UsageError({
      message: "--random goes without --self-check: such programs hold their own numbers",
    });
  if (options.selfCheck === true)
    return bounded(context, options, () => runSelfChecks(context, files, options));
  if (options.portable === true) throw new UsageError({ message: "--portable goes with --self-check" });
  const [file, second] = files;
  if (second !== undefined) {
    throw new UsageError({
      message: "several programs given",
      expected: "one file, or --self-check",
      got: files.join(" "),
    });
  }
  const program = await readRunnable(context, file!);
  const given = options.input === undefined ? new Map<string, HostValue>() : await readTensors(options.input);
  const { random } = options;
  const inputs =
    random === undefined ? given : withRandom(program.wanted(), given, random === true ? 0 : random);
  const expected = options.expected === undefined ? undefined : await readTensors(options.expected);
  using progress = context.progress({ leavesLines: false });
  const results = await runOnce(context, program, inputs, { ...options, file: file! }, progress);
  progress.done();
  if (options.output !== undefined) await writeTensors(options.output, results);
  const verdicts = expected === undefined ? undefined : judge(results, expected, options.tolerance);
  if (options.json === true) context.printJson({ results: describeAll(results, verdicts, program.named) });
  else for (const line of table(results, verdicts)) context.print(line);
  return [...(verdicts?.values() ?? [])].some((verdict) => verdict !== "ok") ? 1 : 0;
}

/** What is interpreted has no process of its own, which is ended when its time is over: the command is. */
const bounded = <T>(context: CommandContext, options: RunOptions, work: () => Promise<T>): Promise<T> =>
  options.interpret === true ? withDeadline(context, "griffin run", options.timeout, work) : work();

/** Runs it on the device that options name, or by the interpreter. */
async function runOnce(
  context: CommandContext,
  program: Runnable,
  inputs: NamedValues,
  options: RunOptions & { readonly file: string },
  progress: Progress,
): Promise<NamedValues> {
  if (options.interpret === true)
    return bounded(context, options, () =>
      program.run("interpreter", inputs, { allowCustomCalls: options.allowCustomCall }),
    );
  await using opened = await openForOthers(context, options.plugin, options, progress);
  progress.update("compile and run", options.file);
  return await program.run(opened.device, inputs, {
    allowCustomCalls: options.allowCustomCall,
    cache: cacheOf(context, options, progress),
    signal: context.signal,
  });
}

/** By results' names. */
type Verdicts = ReadonlyMap<string, string>;

/** One word or sentence a result. @throws UsageError when the file's tensors are not the results */
function judge(results: NamedValues, expected: NamedValues, tolerance: number): Verdicts {
  const extra = [...expected.keys()].find((name) => !results.has(name));
  if (extra !== undefined)
    throw new UsageError({ message: `the program has no result "${extra}", which is expected` });
  const verdict = (name: string, value: HostValue): string => {
    const wanted = expected.get(name);
    if (wanted === undefined) return "not expected: the file has no such tensor";
    if (formatType(value) !== formatType(wanted)) return `expected ${formatType(wanted)}`;
    return compareValues(value, wanted, tolerance) ?? "ok";
  };
  return new Map([...results].map(([name, value]) => [name, verdict(name, value)]));
}

/** In order; what has no names of its own is told by its place. */
const describeAll = (results: NamedValues, verdicts: Verdicts | undefined, named: boolean) =>
  [...results].map(([name, value]) => ({
    ...(named ? { name } : {}),
    type: formatType(value),
    values: numbersOf(value),
    ...(verdicts === undefined ? {} : { verdict: verdicts.get(name) }),
  }));

function table(results: NamedValues, verdicts: Verdicts | undefined): readonly string[] {
  const header = [
    "result",
    "type",
    "min",
    "max",
    "mean",
    "values",
    ...(verdicts === undefined ? [] : ["verdict"]),
  ];
  const rows = [...results].map(([name, value]) => {
    const numbers = numbersOf(value);
    const count = numbers.length;
    const reduce = (step: (a: number, b: number) => number, start: number) =>
      figure(numbers.reduce(step, start));
    const figures =
      count === 0
        ? ["", "", ""]
        : [
            reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
            reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
            figure(numbers.reduce((a, b) => a + b, 0) / count),
          ];
    const first = `${numbers.slice(0, 4).map(figure).join(" ")}${count > 4 ? " ..." : ""}`;
    return [
      name,
      formatType(value),
      ...figures,
      first,
      ...(verdicts === undefined ? [] : [verdicts.get(name)!]),
    ];
  });
  return formatTable(header, rows, [2, 3, 4]);
}

const figure = (value: number): string => (Number.isInteger(value) ? `${value}` : value.toPrecision(4));
