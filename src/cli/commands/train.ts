/** @file The options of griffin train. */
import { Command, Option } from "commander";
import { modelOption } from "../model-option.js";
import {
  addCacheOption,
  addLoadOption,
  addLoweringOptions,
  addPluginOption,
  byteSize,
  decimalNumber,
  dtypeOption,
  oneOf,
  repeated,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const NOTES = `
Data: .jsonl, each line {"prompt", "completion"} (the completion is learnt), {"messages": [{"role", "content"}]} (what the
assistant says is learnt; written by the model's chat template) or {"text"} (all of it is learnt); or .txt, each file one text.

DIR holds afterwards: the model in the Hugging Face layout, in the type that its config.json names (adapters merged, and in
DIR/adapter as PEFT takes them),
training.safetensors (the state that --resume goes on from), log.jsonl and curves.svg of all losses, and in DIR/best the model whose
test was best. Ctrl-C finishes the step, keeps everything and exits with code 130; a second one ends at once.

Examples:
  griffin train --model demo --data sft.jsonl --steps 200 --out tuned
  griffin train --model DIR --data a.jsonl --data b.txt --eval held-out.jsonl --lora-rank 8 --learning-rate 1e-4 --out adapted
  griffin train ./my-model.ts#mamba --model DIR --data book.txt --out mine      a checkpoint of a model of your own
  griffin train --resume tuned                          goes on where it was stopped, with the same losses
  griffin train --model DIR --init --data book.txt --pack --schedule cosine --warmup 100 --out new   from nothing, by DIR/config.json`;

const texts = repeated((text: string) => text);

/** The command as people call it; its work is loaded when it runs. */
export function trainCommand(launch: Launch): Command {
  const command = new Command("train")
    .description("fine-tune a model on examples, or train one from nothing; the result is a model folder")
    .argument("[module#name]", "a model that this module exports, .ts or .js, if the checkpoint is of that")
    .addOption(modelOption("folder of the checkpoint to start from"))
    .option(
      "--init",
      "draw the parameters as the model's authors do; of --model only configuration and tokenizer are taken",
    )
    .option("--data <file>", "examples to learn, .jsonl or .txt; repeatable", texts)
    .option("--out <dir>", "folder for the result")
    .option(
      "--resume <dir>",
      "go on with the training in this folder, which may hold no links; settings, tests and strategies stay as they were",
    )
    .option("--allow-other-data", "with --resume: the data may be others than it began with")
    .option("--eval <file>", "examples to test on; repeatable", texts)
    .option(
      "--eval-every <steps>",
      "steps between tests (default: a tenth of all)",
      wholeNumber("--eval-every", 1),
    )
    .option(
      "--save-every <steps>",
      "steps between those after which everything is kept (default: a tenth of all)",
      wholeNumber("--save-every", 1),
    )
    .option("--steps <n>", "updates to make (default: 1000)", wholeNumber("--steps", 1))
    .option("--batch <rows>", "rows side by side (default: 8)", wholeNumber("--batch", 1))
    .option("--length <tokens>", "tokens of each row (default: 512)", wholeNumber("--length", 1))
    .option(
      "--accumulate <n>",
      "batches of one step, one after the other (default: 1)",
      wholeNumber("--accumulate", 1),
    )
    .option("--pack", "several examples a row, as many as fit; none sees the others")
    .option("--skip-long", "pass over examples longer than a row (default: an error)")
    .option("--no-shuffle", "take examples in the order of the files (default: drawn anew each time round)")
    .option("--seed <n>", "of that order, of adapters and of --init (default: 0)", wholeNumber("--seed", 0))
    .option(
      "--optimizer <name>",
      "adafactor, adamw, lion, momentum, sgd (default: adamw)",
      oneOf("--optimizer", ["adafactor", "adamw", "lion", "momentum", "sgd"] as const),
    )
    .option(
      "--learning-rate <rate>",
      "largest rate; adafactor: of each parameter's own size (default: 1e-4)",
      decimalNumber("--learning-rate"),
    )
    .option(
      "--schedule <name>",
      "constant, or cosine: falls towards 0, which follows the last step (default: constant)",
      oneOf("--schedule", ["constant", "cosine"] as const),
    )
    .option(
      "--warmup <steps>",
      "steps in which the rate rises from 0 (default: 0)",
      wholeNumber("--warmup", 0),
    )
    .option(
      "--b1 <b>",
      "decay of the mean of gradients, or of momentum (default: 0.9; adafactor keeps none without it)",
      decimalNumber("--b1"),
    )
    .option("--b2 <b>", "decay of the mean of squares (default: 0.999; lion 0.99)", decimalNumber("--b2"))
    .option(
      "--weight-decay <rate>",
      "of matrices, as the model says which (default: 0.1, times the rate; adafactor: 0, not times it)",
      decimalNumber("--weight-decay"),
    )
    .option(
      "--ema <decay>",
      "average the parameters over the updates, each counting this much less than the next; tests and what is saved are of that",
      decimalNumber("--ema"),
    )
    .option("--clip <norm>", "scale gradients down to this norm of all together", decimalNumber("--clip"))
    .option(
      "--lora-rank <n>",
      "train adapters of this rank beside the weights (LoRA)",
      wholeNumber("--lora-rank", 1),
    )
    .option(
      "--lora-alpha <a>",
      "adapters count alpha / rank times (default: the rank)",
      decimalNumber("--lora-alpha"),
    )
    .option(
      "--freeze <pattern>",
      "regular expression, found within 2 s: parameters called so in the checkpoint stay as they are; repeatable",
      texts,
    )
    .addOption(
      dtypeOption(
        "compute in f32, bf16, f16; parameters that are trained are f32 (default: the checkpoint's)",
      ),
    )
    .option(
      "--remat <kept>",
      "what is held of each layer for its gradient: nothing, products, everything (default: nothing)",
      oneOf("--remat", ["nothing", "products", "everything"] as const),
    )
    .option(
      "--memory <size>",
      "the most it may take, e.g. 8GiB (default: what the device has)",
      byteSize("--memory"),
    )
    .addOption(new Option("--json", "print each event as a line of JSON"));
  return addLoadOption(addCacheOption(addLoweringOptions(addPluginOption(command))))
    .addHelpText("after", NOTES)
    .action(launch(async () => (await import("../train.js")).runTrain));
}
