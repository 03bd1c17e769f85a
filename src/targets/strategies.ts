/** @file The strategies that a lowering takes, in words. */
import { findOp, type ModelOpName } from "../ir/ops/index.js";
import { preferredStrategies } from "./known-strategies.js";
import type { LoweringOptions } from "./options.js";
import { defaultTarget, resolveTarget } from "./resolve.js";

const MEANING = "by meaning";

/** `scan sequential, attention banded`: what is asked for, or what the target prefers. @throws UsageError for an unknown target */
export function describeStrategies(options: LoweringOptions): string {
  const { scan = "auto", attention = "auto", extensions = [] } = options;
  const { name, rules } = resolveTarget(options.target ?? defaultTarget, extensions).target;
  const preferred = preferredStrategies(
    name,
    extensions.flatMap((extension) => extension.strategies),
  );
  const chosen = (op: ModelOpName): string => preferred.get(findOp(op)!)?.name ?? rules[op]?.name ?? MEANING;
  const scanName = scan === "auto" ? chosen("nn.linear_scan") : scan;
  const attentionName = attention === "auto" ? chosen("nn.attention") : attention;
  return `scan ${scanName}, attention ${attentionName}`;
}
