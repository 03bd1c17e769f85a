/** @file griffin run: any StableHLO program, on tensors from files or on what it carries itself. */
import { Command } from "commander";
import { compareValues, type HostValue, numbersOf, runProgram } from "../engine/index.js";
import { formatType } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { formatTable } from "../support/table.js";
import { openDevice } from "./device.js";
import { addCacheOption, addPluginOption, type CacheFlags, cacheOf, decimalNumber } from "./options.js";
import { printJson, printLine } from "./output.js";
import { readModule } from "./program-file.js";
import { Progress } from "./progress.js";
import { runSelfChecks } from "./self-check.js";
import { readTensors, writeTensors } from "./tensor-files.js";

export interface RunOptions extends CacheFlags {
  readonly input?: string;
  readonly output?: string;
  readonly expected?: string;
  readonly tolerance: number;
  readonly selfCheck?: boolean;
  readonly interpret?: boolean;
  readonly portable?: boolean;
  readonly plugin: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Tensors are called "0", "1", ... by their position. Floats may differ from --expected by the tolerance, relative to the
largest expected number if that is above 1; integers and booleans must be equal. With --self-check every program is compiled anew.

Examples:
  griffin run program.mlir --input in.safetensors
  griffin run program.mlir --input in.safetensors --output out.safetensors
  griffin run program.mlir --input in.safetensors --expected out.safetensors
  griffin run --self-check tests/*.mlir                programs that carry check.expect_*`;

export function runCommand(): Command {
  const command = new Command("run")
    .description("compile and run any StableHLO program")
    .argument("<file...>", "StableHLO text or a portable artifact; - for stdin")
    .option("--input <file>", "safetensors file with the arguments")
    .option("--output <file>", "write the results there, as safetensors")
    .option("--expected <file>", "hold the results against these; exit code 1 when one is off")
    .option("--tolerance <t>", "for floats, with --expected", decimalNumber("--tolerance"), 1e-4)
    .option("--self-check", "run programs that say themselves what is right (check.expect_*)")
    .option("--interpret", "with --self-check: by our own interpreter instead of a plugin")
    .option("--portable", "with --self-check: the plugin gets a portable artifact instead of text");
  return addCacheOption(addPluginOption(command)).addHelpText("after", EXAMPLES).action(run);
}

async function run(files: readonly string[], options: RunOptions): Promise<void> {
  if (options.selfCheck === true) return runSelfChecks(files, options);
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
  const module = await readModule(file!);
  const inputs =
    options.input === undefined ? new Map<string, HostValue>() : await readTensors(options.input);
  const expected = options.expected === undefined ? undefined : await readTensors(options.expected);
  using progress = new Progress({ leavesLines: false });
  await using device = await openDevice(options.plugin, progress);
  progress.update("compile and run", file);
  const results = await runProgram(device.client, module, inputs, cacheOf(options));
  progress.done();
  if (options.output !== undefined) await writeTensors(options.output, results);
  const verdicts = expected === undefined ? undefined : judge(results, expected, options.tolerance);
  if (verdicts?.some((verdict) => verdict !== "ok") === true) process.exitCode = 1;
  if (options.json === true)
    return printJson({ results: results.map((value, i) => describe(value, verdicts?.[i])) });
  for (const line of table(results, verdicts)) printLine(line);
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
