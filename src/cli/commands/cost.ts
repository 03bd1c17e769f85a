/** @file The options of griffin cost. */
import { describedTarget, targetWords } from "../../targets/names.js";
import { Command } from "commander";
import { chipNames } from "../../cost/chips.js";
import { groupings } from "../../cost/groups.js";
import { addModelOptions } from "../model-options.js";
import type { KnownModels } from "../models.js";
import {
  addCustomCallOption,
  addLoadOption,
  addLoweringOptions,
  oneOf,
  timeoutOption,
  usually,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Counted is the optimised program: every instruction by its bytes in HBM and on the chip, by the operations of its dots and
convolutions, and by the cycles that the compiler estimates; loops by their turns. Times are the least that the chip
allows: the largest of cycles by clock, HBM bytes by bandwidth and operations by peak. Nothing is run: a TPU is not needed.
Of v4, each core is a device; :megacore makes one device of both, as JAX does.
HLO that others compiled is counted the same way: what JAX prints (compiled.as_text()), or XLA's --xla_dump_to writes, of which
for TPUs the after_codegen text has the cycles.

Examples:
  griffin cost --preset recurrentgemma-2b --program decode --batch 16
  griffin cost --model demo --program prefill --time 512 --target tpu:v6e:2x2
  griffin cost --preset recurrentgemma-9b --program decode --target tpu:v4:2x2x1:megacore
  griffin cost program.mlir --target tpu:v5e:2x2 --top 30
  griffin cost --preset recurrentgemma-2b --program decode --by layer --depth 1
  griffin cost module_0001.after_codegen.txt --chip v5e --by op
  griffin cost --preset recurrentgemma-2b --program decode --svg roofline.svg
  griffin cost ./my-model.ts#mlp                      a program of your own: costs name its lines`;

/** The command as people call it; its work is loaded when it runs. */
export function costCommand(launch: Launch, models: KnownModels): Command {
  const command = new Command("cost")
    .description("what a compiler makes of a program: bytes, flops and cycles, against what the chip can do")
    .argument(
      "[file]",
      "StableHLO to compile, or ./module.ts#name; or optimised HLO, as text or protobuf, which is only counted",
    );
  addModelOptions(command, models)
    .option(
      "--target <target>",
      `tpu:v5e:2x2, tpu:v4:2x2x1:megacore, cpu ... (default: ${describedTarget})`,
      usually(targetWords),
    )
    .option(
      "--chip <name>",
      `for HLO files: ${chipNames.join(", ")} (default: the target's)`,
      usually(chipNames),
    )
    .option("--plugin <name|path>", "PJRT plugin that compiles (default: that of the target)")
    .option(
      "--by <what>",
      "add up by scope (where in the model, layers of a kind together), layer (each by itself), op, or none",
      oneOf("--by", [...groupings, "none"] as const),
      "scope",
    )
    .option(
      "--depth <n>",
      "names of a scope that are told apart: 1 for layers, 2 for their blocks ... (default: 3)",
      wholeNumber("--depth", 1),
    )
    .addOption(timeoutOption("the compiler may take so long"))
    .option("--top <n>", "how many of the costliest instructions", wholeNumber("--top", 0), 10)
    .option(
      "--svg <file>",
      "draw the roofline: what each scope, op or (none) instruction can reach on the chip",
    );
  return addLoadOption(addCustomCallOption(addLoweringOptions(command)))
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../cost.js")).runCost));
}
