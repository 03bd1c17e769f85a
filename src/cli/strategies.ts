/** @file The strategies that a lowering takes, in words. */
import type { LoweringOptions } from "../engine/index.js";
import { findTarget } from "../lowering/targets.js";

/** `scan sequential, attention banded`: what is asked for, or what `auto` means on the target for `time` steps. */
export function describeStrategies(options: LoweringOptions, time: number): string {
  const target = findTarget(options.target ?? "cpu");
  const { scan = "auto", attention = "auto" } = options;
  const scanName = scan === "auto" ? target.scan(time).strategy : scan;
  const attentionName = attention === "auto" ? target.attention.strategy : attention;
  return `scan ${scanName}, attention ${attentionName}`;
}
