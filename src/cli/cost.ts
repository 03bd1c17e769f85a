/** @file griffin cost: what a compiler made of a program, counted. */
import { Command } from "commander";
import { type Chip, chipNames, countModule, findChip, groupings } from "../cost/index.js";
import { costRequest, splitTarget } from "../engine/index.js";
import type { Operation } from "../ir/operation.js";
import { compileApart } from "./cost/compile.js";
import { printable } from "./cost/print.js";
import { type Counted, makeReport } from "./cost/report.js";
import { checkSource, lowerModel, readSource } from "./cost/source.js";
import { locatePlugin, pluginFor } from "./device.js";
import { addModelOptions, type ModelFlags } from "./model-options.js";
import { addLoweringOptions, type LoweringFlags, oneOf, wholeNumber } from "./options.js";
import { printJson, printLine } from "./output.js";
import { Progress } from "./progress.js";

interface Options extends ModelFlags, LoweringFlags {
  readonly target?: string;
  readonly chip?: string;
  readonly plugin?: string;
  readonly by: (typeof groupings)[number] | "none";
  readonly top: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Counted is the optimised program: every instruction by its bytes in HBM and on the chip, by the operations of its dots and
convolutions, and by the cycles that the compiler estimates; loops by their turns. Times are the least that the chip
allows: the largest of cycles by clock, HBM bytes by bandwidth and operations by peak. Nothing is run: a TPU is not needed.
Of v4, each core is a device; :megacore makes one device of both, as JAX does.
HLO that others compiled is counted the same way: what JAX prints (compiled.as_text()), or XLA's --xla_dump_to writes, of which
for TPUs the after_codegen text has the cycles.

Examples:
  griffin cost --preset recurrentgemma-2b --program decode --batch 16
  griffin cost --model golden/demo-kjv --program prefill --time 512 --target tpu:v6e:2x2
  griffin cost --preset recurrentgemma-9b --program decode --target tpu:v4:2x2x1:megacore
  griffin cost program.mlir --target tpu:v5e:2x2 --top 30
  griffin cost module_0001.after_codegen.txt --chip v5e --by op`;

export function costCommand(): Command {
  const command = new Command("cost")
    .description("what a compiler makes of a program: bytes, flops and cycles, against what the chip can do")
    .argument("[file]", "StableHLO to compile; or optimised HLO, as text or protobuf, which is only counted");
  addModelOptions(command)
    .option("--target <target>", "tpu:v5e:2x2, tpu:v4:2x2x1:megacore, cpu ... (default: tpu:v5e:2x2)")
    .option("--chip <name>", `for HLO files: ${chipNames.join(", ")} (default: the target's)`)
    .option("--plugin <name|path>", "PJRT plugin that compiles (default: that of the target)")
    .option(
      "--by <what>",
      "add up by scope (where in the model), op, or none",
      oneOf("--by", [...groupings, "none"] as const),
      "scope",
    )
    .option("--top <n>", "how many of the costliest instructions", wholeNumber("--top", 0), 10);
  return addLoweringOptions(command).addHelpText("after", EXAMPLES).action(run);
}

async function run(file: string | undefined, options: Options): Promise<void> {
  checkSource(file, options);
  using progress = new Progress({ leavesLines: false });
  const report = makeReport(await count(file, options, progress), options);
  progress.done();
  if (options.json === true) return printJson(report);
  for (const line of printable(report)) printLine(line);
}

/** Compiles what is not compiled yet, and counts. */
async function count(file: string | undefined, options: Options, progress: Progress): Promise<Counted> {
  const { target = "tpu", plugin } = options;
  const place = target === "tpu" ? "tpu:v5e:2x2" : target;
  const source =
    file === undefined ? await lowerModel({ ...options, target: place }, progress) : await readSource(file);
  if ("hlo" in source) return { cost: countModule(source.hlo), chip: chipOf(options) };
  const compiled = await compile(source.stablehlo, place, plugin, progress);
  return { ...compiled, target: place, chip: chipOf({ ...options, target: place }) };
}

async function compile(module: Operation, target: string, plugin: string | undefined, progress: Progress) {
  const request = costRequest(module, target);
  const { platform, topology } = splitTarget(target);
  const path = await locatePlugin(plugin ?? pluginFor(platform), progress);
  progress.update("compile for", target);
  return compileApart({ plugin: path, topology, request });
}

/** The chip asked for; else the target's, if its figures are known. @throws UsageError for one asked for that is not known */
function chipOf({ chip, target }: Options): Chip | undefined {
  if (chip !== undefined) return findChip(chip);
  const topology = target === undefined ? undefined : splitTarget(target).topology;
  return topology !== undefined && chipNames.includes(topology.split(":")[0]!)
    ? findChip(topology)
    : undefined;
}
