/** @file The options of griffin convert. */
import { Command } from "commander";
import { modelPath } from "../model-option.js";
import { addLoadOption, oneOf } from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Examples:
  griffin convert demo model.pt                   what torch.load reads, under the names of the authors' checkpoints
  griffin convert 2b/2b.pt 2b/model.safetensors   the Hugging Face layout; 2b/config.json says what model it is
  griffin convert 2b 2b/orbax                     what orbax saves and restores, under the names of Flax
  griffin convert 2b flax --to orbax-zarr         the same, a folder for each array in place of a database
  griffin convert --load ./my-model.ts DIR mine.pt    of a model of your own`;

/** The command as people call it; its work is loaded when it runs. */
export function convertCommand(launch: Launch): Command {
  const command = new Command("convert")
    .description("write weights in another file format, bit for bit: safetensors, PyTorch or orbax")
    .argument(
      "<weights>",
      "model folder (demo: the one that comes with griffin), file of weights, or orbax folder",
      modelPath,
    )
    .argument("<output>", "file or, for orbax, folder to write")
    .option(
      "--to <format>",
      "safetensors, torch, orbax (its database, OCDBT) or orbax-zarr (folders); default: what the output's name says",
      oneOf("--to", ["safetensors", "torch", "orbax", "orbax-zarr"] as const),
    )
    .option("--force", "replace what is there already");
  return addLoadOption(command)
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../convert.js")).runConvert));
}
