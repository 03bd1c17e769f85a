/** @file The model and the program that options name. */
import type { ComputeDType, GriffinConfig, GriffinProgramOptions } from "../../models/griffin.js";
import { presets } from "../../models/griffin/presets.js";
import { UsageError } from "../support/errors.js";
import { readModelConfig } from "../weights/index.js";
import type { ModelFlags, SourceFlags } from "./model-options.js";

/** @throws UsageError unless just one of --model and --preset is given */
export function checkOneModel({ model, preset }: SourceFlags): void {
  if ((model === undefined) !== (preset === undefined)) return;
  throw new UsageError({
    message: model === undefined ? "no model given" : "--model and --preset are both given",
    expected: "one of --model DIR, --preset NAME",
    hint: `presets: ${Object.keys(presets).join(", ")}`,
  });
}

/** @throws UsageError unless just one of --model and --preset is given */
export async function chooseModel({
  model,
  preset,
  dtype,
}: ModelFlags): Promise<{ config: GriffinConfig; dtype: ComputeDType }> {
  checkOneModel({ model, preset });
  if (preset !== undefined) return { config: presets[preset], dtype: dtype ?? presets[preset].dtype };
  const config = await readModelConfig(model!);
  return { config, dtype: dtype ?? config.dtype };
}

/** @throws UsageError for a decode of several tokens */
export function shapeOf({ program, batch, time }: ModelFlags): Pick<GriffinProgramOptions, "batch" | "time"> {
  if (program === "decode" && (time ?? 1) !== 1) {
    throw new UsageError({
      message: "decode reads one token of each sequence",
      expected: "--time 1",
      got: `${time}`,
    });
  }
  return { batch, time: time ?? (program === "decode" ? 1 : 256) };
}
