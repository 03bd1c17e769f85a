/** @file griffin run: any StableHLO program, on tensors from files or on what it carries itself. */
import { compareValues, type HostValue, numbersOf, runProgram } from "../engine/index.js";
import { formatType } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { formatTable } from "../support/table.js";
import { type IsolationFlags, openForOthers } from "./device.js";
import { cacheOf } from "./cache.js";
import type { CacheFlags } from "./options.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { readModule } from "./program-file.js";
import { runSelfChecks } from "./self-check.js";
import { readTensors, writeTensors } from "./tensor-files.js";

export interface RunOptions extends CacheFlags, IsolationFlags {
  readonly input?: string;
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
  if (options.selfCheck === true) return runSelfChecks(context, files, options);
  for (const name of ["interpret", "portable"] as const) {
    if (options[name] === true) throw new UsageError({ message: `--${name} goes with --self-check` });
  }
  const [file, second] = files;
  if (second !== undefined) {
    throw new UsageError({
      message: "several programs given",
      expected: "one file, or --self-check",
      got: files.join(" "),
    });
  }
  const module = await readModule(context, file!);
  const inputs =
    options.input === undefined ? new Map<string, HostValue>() : await readTensors(options.input);
  const expected = options.expected === undefined ? undefined : await readTensors(options.expected);
  using progress = context.progress({ leavesLines: false });
  await using opened = await openForOthers(context, options.plugin, options, progress);
  progress.update("compile and run", file);
  const results = await runProgram(opened.device, module, inputs, {
    allowCustomCalls: options.allowCustomCall,
    cache: cacheOf(context, options, progress),
    signal: context.signal,
  });
  progress.done();
  if (options.output !== undefined) await writeTensors(options.output, results);
  const verdicts = expected === undefined ? undefined : judge(results, expected, options.tolerance);
  if (options.json === true)
    context.printJson({ results: results.map((value, i) => describe(value, verdicts?.[i])) });
  else for (const line of table(results, verdicts)) context.print(line);
  return verdicts?.some((verdict) => verdict !== "ok") === true ? 1 : 0;
}

/** One word or sentence a result. @throws UsageError when the file's tensors are not the results */
function judge(
  results: readonly HostValue[],
  expected: ReadonlyMap<string, HostValue>,
  tolerance: number,
): readonly string[] {
  const names = results.map((_, i) => `${i}`);
  const extra = [...expected.keys()].find((name) => !names.includes(name));
  if (extra !== undefined)
    throw new UsageError({ message: `the program has no result "${extra}", which is expected` });
  return results.map((value, i) => {
    const wanted = expected.get(`${i}`);
    if (wanted === undefined) return "not expected: the file has no such tensor";
    if (formatType(value) !== formatType(wanted)) return `expected ${formatType(wanted)}`;
    return compareValues(value, wanted, tolerance) ?? "ok";
  });
}

function describe(value: HostValue, verdict: string | undefined): Record<string, unknown> {
  const values = numbersOf(value);
  return { type: formatType(value), values, ...(verdict === undefined ? {} : { verdict }) };
}

function table(results: readonly HostValue[], verdicts: readonly string[] | undefined): readonly string[] {
  const header = [
    "result",
    "type",
    "min",
    "max",
    "mean",
    "values",
    ...(verdicts === undefined ? [] : ["verdict"]),
  ];
  const rows = results.map((value, i) => {
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
    return [`${i}`, formatType(value), ...figures, first, ...(verdicts === undefined ? [] : [verdicts[i]!])];
  });
  return formatTable(header, rows, [2, 3, 4]);
}

const figure = (value: number): string => (Number.isInteger(value) ? `${value}` : value.toPrecision(4));
