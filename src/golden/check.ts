/**
 * @file Our numbers of a case against the reference's: a figure for every tensor and a verdict
 * (golden/README.md).
 */
import type { GoldenCase } from "./case.js";
import { type Comparison, compare } from "./compare.js";
import { GoldenError, type GoldenTensor } from "./files.js";
import { argmaxRows, compareTokens, type TokenReport } from "./tokens.js";

/** What was computed, under the names of golden.safetensors; `generated` is i32, everything else f32. */
export type ComputedTensors = ReadonlyMap<string, Float32Array | Int32Array>;

/** How a tensor is judged: each element, the rms over all, or not at all (a figure for information). */
export type Rule = "max" | "rms" | "none";

export interface TensorReport extends Comparison {
  readonly name: string;
  readonly rule: Rule;
  readonly bound: number | undefined;
  readonly passed: boolean;
}

export interface CaseReport {
  readonly case: string;
  readonly dtype: "f32" | "bf16";
  readonly tolerance: number;
  readonly reason: string;
  readonly tensors: readonly TensorReport[];
  readonly tokens: TokenReport | undefined;
  readonly passed: boolean;
}

/**
 * In f32 these may be this much farther off than the logits: they are not normalised, or come after more
 * steps.
 */
const LOOSER = 4;

/**
 * Judges what was computed in `dtype`. Every tensor given is compared with the reference's; `logits` must be among them. f32: logits
 * within the tolerance at every element, generated_logits and probes within 4 times it, greedy tokens identical but for near ties (taken
 * from the logits when `generated` is not given). bf16: rms of the logits within its tolerance. Padded positions do not count. Throws GoldenError for
 * a tensor the case lacks or of another size.
 */
export function checkCase(golden: GoldenCase, computed: ComputedTensors, dtype: "f32" | "bf16"): CaseReport {
  const { tolerance, reason } = toleranceOf(golden, dtype);
  if (!computed.has("logits")) throw new GoldenError("no logits were computed", golden.folder);
  const tensors: TensorReport[] = [];
  for (const [name, actual] of computed) {
    if (actual instanceof Int32Array) continue;
    const { rule, factor } = dtype === "f32" ? ruleInF32(name) : ruleInBf16(name);
    tensors.push(checkTensor(golden, name, actual, rule, tolerance * factor));
    const inBf16 = `${name}.bf16`;
    if (dtype === "bf16" && golden.tensors.has(inBf16) && !computed.has(inBf16)) {
      tensors.push(checkTensor(golden, inBf16, actual, "none", 0));
    }
  }
  const tokens = dtype === "f32" ? checkTokens(golden, computed, tolerance) : undefined;
  const passed = tensors.every((tensor) => tensor.passed) && (tokens?.passed ?? true);
  return { case: golden.name, dtype, tolerance, reason, tensors, tokens, passed };
}

/** The bound that a case has for a dtype, and why it is that. @throws GoldenError when it has none */
export function toleranceOf({ tolerance, toleranceBf16, folder }: GoldenCase, dtype: "f32" | "bf16") {
  if (dtype === "f32") return { tolerance: tolerance.maxAbs, reason: tolerance.reason };
  if (toleranceBf16 === undefined) throw new GoldenError("the case has no tolerance for bf16", folder);
  return { tolerance: toleranceBf16.rms, reason: toleranceBf16.reason };
}

function ruleInF32(name: string): { readonly rule: Rule; readonly factor: number } {
  return { rule: "max", factor: name === "logits" ? 1 : LOOSER };
}

function ruleInBf16(name: string): { readonly rule: Rule; readonly factor: number } {
  return { rule: name === "logits" ? "rms" : "none", factor: 1 };
}

function checkTensor(
  golden: GoldenCase,
  name: string,
  actual: Float32Array,
  rule: Rule,
  limit: number,
): TensorReport {
  const expected = golden.tensors.get(name);
  if (expected?.dtype !== "f32")
    throw new GoldenError(`${name}: the case has no such f32 tensor`, golden.folder);
  if (actual.length !== expected.data.length) {
    throw new GoldenError(`${name}: computed in another size`, golden.folder, {
      expected: `${expected.data.length} elements, [${expected.shape.join(", ")}]`,
      got: `${actual.length} elements`,
    });
  }
  const bound = rule === "none" ? undefined : limit;
  const rows = countingRows(golden, name, expected);
  const comparison = compare(actual, expected.data, expected.shape, { rows, bound });
  const figure = rule === "rms" ? comparison.rms : comparison.max;
  return { name, rule, bound, passed: bound === undefined || figure <= bound, ...comparison };
}

/** One flag for each [batch, time] row, false for padding; undefined for a tensor whose rows are others. */
function countingRows({ batch, time, segmentPos }: GoldenCase, name: string, { shape }: GoldenTensor) {
  if (name === "generated_logits" || shape[0] !== batch || shape[1] !== time) return undefined;
  return Array.from(segmentPos, (position) => position >= 0);
}

function checkTokens(
  golden: GoldenCase,
  computed: ComputedTensors,
  tolerance: number,
): TokenReport | undefined {
  const generated = computed.get("generated") ?? tokensFromLogits(golden, computed);
  return generated instanceof Int32Array ? compareTokens(golden, generated, tolerance) : undefined;
}

/** The first token comes from the prompt's last logits, each other one from a decode step. */
function tokensFromLogits(golden: GoldenCase, computed: ComputedTensors): Int32Array | undefined {
  const logits = computed.get("logits");
  const steps = computed.get("generated_logits");
  if (
    golden.logitsColumns !== undefined ||
    !(logits instanceof Float32Array && steps instanceof Float32Array)
  ) {
    return undefined;
  }
  const { batch, time } = golden;
  const columns = logits.length / (batch * time);
  const count = steps.length / (batch * columns);
  const [first, others] = [argmaxRows(logits, columns), argmaxRows(steps, columns)];
  return Int32Array.from({ length: batch * (count + 1) }, (_, i) => {
    const [row, step] = [Math.floor(i / (count + 1)), i % (count + 1)];
    return step === 0 ? first[row * time + time - 1]! : others[row * count + step - 1]!;
  });
}
