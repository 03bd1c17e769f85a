/** @file Options that name a model and one of its programs; weights are arguments, so none are read. */
import type { Command } from "commander";
import type { ComputeDType } from "../weights/index.js";
import type { KnownModels } from "./models.js";
import { modelOption } from "./model-option.js";
import { dtypeOption, usually, wholeNumber } from "./options.js";

/** A model, as options name it. */
export interface SourceFlags {
  readonly model?: string | undefined;
  readonly preset?: string | undefined;
}

/** What the options say. */
export interface ModelFlags extends SourceFlags {
  readonly program?: string;
  readonly batch?: number;
  readonly time?: number;
  readonly dtype?: ComputeDType;
}

/** `--model` or `--preset`. */
export function addSourceOptions(command: Command, { presets }: KnownModels): Command {
  return command
    .addOption(modelOption("folder of a checkpoint, its config.json is enough"))
    .option(
      "--preset <name>",
      `a published or a tiny size, without weights: ${presets.join(", ")}`,
      usually(presets),
    );
}

/** `--model` or `--preset`, `--program`, `--batch`, `--time`, `--dtype`. */
export function addModelOptions(command: Command, models: KnownModels): Command {
  return addSourceOptions(command, models)
    .option(
      "--program <kind>",
      `one of ${models.kinds.join(", ")} (default: the one that reads a prompt's first piece)`,
      usually(models.kinds),
    )
    .option("--batch <n>", "sequences side by side (default: 1)", wholeNumber("--batch", 1))
    .option(
      "--time <tokens>",
      "tokens of each sequence (default: 256; decode takes 1)",
      wholeNumber("--time", 1),
    )
    .addOption(dtypeOption("f32, bf16, f16 (default: the checkpoint's; bf16 for presets)"));
}
