/** @file The options of griffin lower. */
import { defaultNames, targetExamples, targetWords } from "../../targets/names.js";
import { Command } from "commander";
import { addModelOptions } from "../model-options.js";
import type { KnownModels } from "../models.js";
import { addLoadOption, addLoweringOptions, usually } from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Examples:
  griffin lower --model demo --program decode
  griffin lower --preset recurrentgemma-2b --target tpu:v5e:2x2 --time 1024 -o prefill.mlir
  griffin lower --preset tiny --scan blocked --scan-block 16 --print-ir-after-change
  griffin lower ./my-model.ts#mlp                     a program of your own, or a model, by its export's name
  griffin lower ./my-model.ts#mlp --load ./my-passes.mjs`;

/** The command as people call it; its work is loaded when it runs. */
export function lowerCommand(launch: Launch, models: KnownModels): Command {
  const command = new Command("lower")
    .description("print the StableHLO of a model's program; weights are arguments, so none are read")
    .argument("[module#name]", "a program or a model that this module exports, .ts or .js");
  addModelOptions(command, models)
    .option("--target <target>", targetExamples, usually(targetWords), defaultNames.name)
    .option("--prepare", "what depends on weights alone goes into a second program, run once, after // -----")
    .option("--locations", "write where each operation comes from in the model file")
    .option("--print-ir-after-all", "print the module after every pass, to stderr")
    .option("--print-ir-after-change", "print what every pass changed, to stderr")
    .option("-o, --output <file>", "write there instead of stdout");
  return addLoadOption(addLoweringOptions(command))
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../lower.js")).runLower));
}
