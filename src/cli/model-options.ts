/** @file Options that name a model and one of its programs; weights are arguments, so none are read. */
import type { Command } from "commander";
import type { ComputeDType } from "../../models/griffin.js";
import { presets } from "../../models/griffin/presets.js";
import { oneOf, wholeNumber } from "./options.js";

const PROGRAMS = ["prefill", "extend", "decode", "score", "forward"] as const;
const presetNames = Object.keys(presets) as readonly (keyof typeof presets)[];

/** A model, as options name it. */
export interface SourceFlags {
  readonly model?: string | undefined;
  readonly preset?: keyof typeof presets | undefined;
}

/** What the options say. */
export interface ModelFlags extends SourceFlags {
  readonly program: (typeof PROGRAMS)[number];
  readonly batch: number;
  readonly time?: number;
  readonly dtype?: ComputeDType;
}

/** `--model` or `--preset`. */
export function addSourceOptions(command: Command): Command {
  return command
    .option("--model <dir>", "folder of a checkpoint; its config.json is enough")
    .option(
      "--preset <name>",
      `a published or a tiny size, without weights: ${presetNames.join(", ")}`,
      oneOf("--preset", presetNames),
    );
}

/** `--model` or `--preset`, `--program`, `--batch`, `--time`, `--dtype`. */
export function addModelOptions(command: Command): Command {
  return addSourceOptions(command)
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
    );
}
