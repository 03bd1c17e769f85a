/** @file griffin lower: the StableHLO of a model. */
import { Command } from "commander";
import { griffinProgram } from "../../models/griffin.js";
import { type LoweredProgram, lowerProgram } from "../engine/index.js";
import { walk } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import { formatType } from "../ir/types.js";
import type { PassEvent } from "../passes/index.js";
import { addModelOptions, chooseModel, type ModelFlags, shapeOf } from "./model-options.js";
import { separator } from "./opt/sections.js";
import { addLoweringOptions, type LoweringFlags } from "./options.js";
import { printJson, writeOutput } from "./output.js";
import { createPassPrinter } from "./print-passes.js";
import { Progress } from "./progress.js";

interface Options extends ModelFlags, LoweringFlags {
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
  const command = new Command("lower").description(
    "print the StableHLO of a model's program; weights are arguments, so none are read",
  );
  addModelOptions(command)
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
  const lowered = lowerProgram(program, options, (event) => {
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
