/** @file griffin lower: the StableHLO of a model. */
import { Command } from "commander";
import {
  type ComputeDType,
  type GriffinConfig,
  griffinProgram,
  type GriffinProgramOptions,
} from "../../models/griffin.js";
import { presets } from "../../models/presets.js";
import { type LoweredProgram, lowerProgram } from "../engine/index.js";
import { walk } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import { formatType } from "../ir/types.js";
import type { PassEvent } from "../passes/index.js";
import { UsageError } from "../support/errors.js";
import { readModelConfig } from "../weights/index.js";
import { separator } from "./opt/sections.js";
import { addLoweringOptions, type LoweringFlags, oneOf, wholeNumber } from "./options.js";
import { printJson, writeOutput } from "./output.js";
import { createPassPrinter } from "./print-passes.js";
import { Progress } from "./progress.js";

const PROGRAMS = ["prefill", "extend", "decode", "score", "forward"] as const;
const presetNames = Object.keys(presets) as readonly (keyof typeof presets)[];

interface Options extends LoweringFlags {
  readonly model?: string;
  readonly preset?: keyof typeof presets;
  readonly program: (typeof PROGRAMS)[number];
  readonly batch: number;
  readonly time?: number;
  readonly dtype?: ComputeDType;
  readonly target: string;
  readonly prepare?: boolean;
  readonly locations?: boolean;
  readonly printIrAfterAll?: boolean;
  readonly printIrAfterChange?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  griffin lower --model golden/demo-kjv --program decode
  griffin lower --preset recurrentgemma-2b --target tpu:v5e:2x2 --time 1024 -o prefill.mlir
  griffin lower --preset tiny --scan blocked --scan-block 16 --print-ir-after-change`;

export function lowerCommand(): Command {
  const command = new Command("lower")
    .description("print the StableHLO of a model's program; weights are arguments, so none are read")
    .option("--model <dir>", "folder of a checkpoint; its config.json is enough")
    .option(
      "--preset <name>",
      `a published or a tiny size: ${presetNames.join(", ")}`,
      oneOf("--preset", presetNames),
    )
    .option("--program <kind>", `one of ${PROGRAMS.join(", ")}`, oneOf("--program", PROGRAMS), "prefill")
    .option("--batch <n>", "sequences side by side", wholeNumber("--batch", 1), 1)
    .option(
      "--time <tokens>",
      "tokens of each sequence (default: 256; decode takes 1)",
      wholeNumber("--time", 1),
    )
    .option(
      "--dtype <type>",
      "f32, bf16, f16 (default: the checkpoint's; bf16 for presets)",
      oneOf("--dtype", ["f32", "bf16", "f16"] as const),
    )
    .option("--target <target>", "cpu, gpu, tpu, tpu:v5e:2x2 ...", "cpu")
    .option("--prepare", "what depends on weights alone goes into a second program, run once, after // -----")
    .option("--locations", "write where each operation comes from in the model file")
    .option("--print-ir-after-all", "print the module after every pass, to stderr")
    .option("--print-ir-after-change", "print what every pass changed, to stderr")
    .option("-o, --output <file>", "write there instead of stdout");
  return addLoweringOptions(command).addHelpText("after", EXAMPLES).action(run);
}

async function run(options: Options): Promise<void> {
  const { config, dtype } = await chooseModel(options);
  const program = griffinProgram(config, { ...shapeOf(options), kind: options.program, dtype });
  using progress = new Progress({ leavesLines: false });
  const printPass = createPassPrinter(program.module, options);
  const passes: PassEvent[] = [];
  const lowered = lowerProgram(program, { ...options, prepare: options.prepare === true }, (event) => {
    progress.update("lower", `pass ${event.index + 1} of ${event.total}: ${event.name}`);
    passes.push(event);
    printPass(event);
  });
  progress.done();
  const all = [lowered, ...(lowered.prepare === undefined ? [] : [lowered.prepare])];
  const text = all
    .map(({ module }) => printModule(module, { locations: options.locations }))
    .join(`${separator}\n`);
  if (options.json !== true) return writeOutput(options.output, text);
  if (options.output !== undefined) await writeOutput(options.output, text);
  printJson({
    programs: all.map(describeProgram),
    passes: passes.map(({ name, milliseconds, changed, counts }) => ({
      name,
      milliseconds,
      changed,
      counts: Object.fromEntries(counts),
    })),
    ...(options.output === undefined ? { text } : { output: options.output }),
  });
}

async function chooseModel({
  model,
  preset,
  dtype,
}: Options): Promise<{ config: GriffinConfig; dtype: ComputeDType }> {
  if ((model === undefined) === (preset === undefined)) {
    throw new UsageError({
      message: model === undefined ? "no model given" : "--model and --preset are both given",
      expected: "one of --model DIR, --preset NAME",
      hint: `presets: ${presetNames.join(", ")}`,
    });
  }
  if (preset !== undefined) return { config: presets[preset], dtype: dtype ?? "bf16" };
  const config = await readModelConfig(model!);
  return { config, dtype: dtype ?? config.dtype };
}

function shapeOf({ program, batch, time }: Options): Pick<GriffinProgramOptions, "batch" | "time"> {
  if (program === "decode" && (time ?? 1) !== 1) {
    throw new UsageError({
      message: "decode reads one token of each sequence",
      expected: "--time 1",
      got: `${time}`,
    });
  }
  return { batch, time: time ?? (program === "decode" ? 1 : 256) };
}

function describeProgram({
  name,
  module,
  arguments: args,
  results,
}: LoweredProgram): Record<string, unknown> {
  return {
    name,
    operations: [...walk(module)].length,
    arguments: args.map(({ role, name: path, type }) => ({ role, name: path, type: formatType(type) })),
    results: results.map(({ role, name: path, axes, dtype }) => ({
      role,
      name: path,
      axes: axes.map((axis) => axis.name),
      type: `tensor<${[...axes.map((axis) => axis.size), dtype].join("x")}>`,
    })),
  };
}
