/** @file The options of griffin export. */
import { defaultNames, targetExamples, targetWords } from "../../targets/names.js";
import { Command } from "commander";
import { addSourceOptions } from "../model-options.js";
import type { KnownModels } from "../models.js";
import {
  addLoadOption,
  addLoweringOptions,
  capacityOption,
  chunkOption,
  dtypeOption,
  usually,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Examples:
  griffin export --model demo -o kjv                          programs; the weights stay where they are
  griffin export --model DIR -o model.zip --with-weights --compile       one file that has everything
  griffin export --model DIR -o tpu --target tpu:v5e:2x2 --compile       compiled ahead of time, no TPU needed
  griffin export --preset recurrentgemma-2b -o 2b --batch 16 --text      programs without weights, also as text
  griffin export ./my-model.ts#mamba --model DIR -o mamba                a checkpoint of a model of your own
  griffin export ./my-model.ts#mlp -o mlp --weights mlp.safetensors      a program alone, and its parameters
  griffin export program.mlir -o program                                 StableHLO that griffin run takes by names`;

/** The command as people call it; its work is loaded when it runs. */
export function exportCommand(launch: Launch, models: KnownModels): Command {
  const command = new Command("export")
    .description(
      "write a model as an artifact: programs, weights by reference or copied, all that is needed to run it; or a program alone",
    )
    .argument(
      "[module#name]",
      "a model or a program that this module exports, .ts or .js; or a program as StableHLO text or portable artifact, - for stdin",
    );
  addSourceOptions(command, models)
    .requiredOption("-o, --output <path>", "folder to write, or archive if it ends in .zip")
    .option("--zip", "write one archive instead of a folder")
    .option("--batch <n>", "sequences side by side (default: 1)", wholeNumber("--batch", 1))
    .addOption(chunkOption("256"))
    .addOption(capacityOption("all that the model holds"))
    .addOption(dtypeOption("compute in f32, bf16, f16 (default: the checkpoint's; bf16 for presets)"))
    .option("--target <target>", targetExamples, usually(targetWords), defaultNames.name)
    .option("--text", "also write the programs as StableHLO text")
    .option("--with-weights", "copy the weights into the artifact, as safetensors")
    .option("--weights <path>", "of a program alone: its parameters by name, a file or folder of tensors")
    .option(
      "--stablehlo-version <x.y.z>",
      "version of the portable artifacts (default: the lowest that can express them)",
    )
    .option("--compile [plugin]", "also store executables, for this machine or the target's topology")
    .option("--score", "also a program with the logits of all positions of a chunk")
    .option(
      "--no-samplers",
      "without the programs that draw tokens: smaller and sooner compiled, the host draws",
    )
    .option(
      "--tokens-per-call <n>",
      "also programs that make so many tokens in one call, where a launch costs more than a step (default: 1, none)",
      wholeNumber("--tokens-per-call", 1),
    )
    .option("--sign <key.pem>", "sign it with an Ed25519 private key (openssl genpkey -algorithm ed25519)")
    .option("--force", "replace an artifact that is there already");
  return addLoadOption(addLoweringOptions(command))
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../export.js")).runExport));
}
