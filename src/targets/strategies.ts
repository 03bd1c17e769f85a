/** @file The strategies that a lowering takes, in words. */
import type { LoweringOptions } from "./options.js";
import { defaultTarget, resolveTarget } from "./resolve.js";

const MEANING = "by meaning";

/** `scan sequential, attention banded`: what is asked for, or the target's rule. @throws UsageError for an unknown target */
export function describeStrategies(options: LoweringOptions): string {
  const { rules } = resolveTarget(options.target ?? defaultTarget).target;
  const { scan = "auto", attention = "auto" } = options;
  const scanName = scan === "auto" ? (rules["nn.linear_scan"]?.name ?? MEANING) : scan;
  const attentionName = attention === "auto" ? (rules["nn.local_attention"]?.name ?? MEANING) : attention;
  return `scan ${scanName}, attention ${attentionName}`;
}
