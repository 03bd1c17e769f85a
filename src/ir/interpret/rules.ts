/**
 * @file The one table of rules: every op is interpreted, structural, lowered first, or listed here with a
 * reason.
 */
import { ownValue } from "../../support/own-value.js";
import type { OpName } from "../ops/index.js";
import { batchNormRules } from "./batch-norm.js";
import { binaryRules } from "./binary.js";
import { checkRules } from "./check-rules.js";
import { controlRules } from "./control.js";
import { convertRules } from "./convert.js";
import { dotRules } from "./dot.js";
import { fftRules } from "./fft.js";
import { gatherRules } from "./gather.js";
import { linearAlgebraRules } from "./linear-algebra.js";
import type { ControlRule, TensorRule } from "./machine.js";
import { randomRules } from "./random.js";
import { reduceRules } from "./reduce.js";
import { shapeRules } from "./shape.js";
import { unaryRules } from "./unary.js";

const collective = "collective: needs several devices";
const hostTransfer = "host transfer: needs a host to talk to";
const asynchronous = "asynchronous: runs other code at the same time";
const functionValue = "a function as a value: canonicalize makes calls of known functions direct";
const testHarness = "needs the test harness of StableHLO";

/** The ops of StableHLO that are not interpreted, and why. */
export const notInterpreted = {
  "builtin.unrealized_conversion_cast": "no computation: what a conversion left unfinished",
  "func.call_indirect": functionValue,
  "func.constant": functionValue,
  "sdy.all_gather": collective,
  "sdy.all_reduce": collective,
  "sdy.all_slice": collective,
  "sdy.all_to_all": collective,
  "sdy.collective_permute": collective,
  "sdy.reduce_scatter": collective,
  "sdy.replicated_to_unreduced": collective,
  "sdy.sharded_to_unreduced": collective,
  "check.expect_serialized_eq": testHarness,
  "interpreter.probe": testHarness,
  "interpreter.run_parallel": testHarness,
  "stablehlo.all_gather": collective,
  "stablehlo.all_reduce": collective,
  "stablehlo.all_to_all": collective,
  "stablehlo.async_done": asynchronous,
  "stablehlo.async_start": asynchronous,
  "stablehlo.collective_broadcast": collective,
  "stablehlo.collective_permute": collective,
  "stablehlo.collective_reduce": collective,
  "stablehlo.cross-replica-sum": collective,
  "stablehlo.einsum": "deprecated: dot_general says the same",
  "stablehlo.infeed": hostTransfer,
  "stablehlo.outfeed": hostTransfer,
  "stablehlo.recv": hostTransfer,
  "stablehlo.reduce_scatter": collective,
  "stablehlo.rng": "random numbers of a hidden state",
  "stablehlo.send": hostTransfer,
  "stablehlo.set_dimension_size": "tensors of bounded size",
  "stablehlo.torch_index_select": "deprecated: gather says the same",
  "stablehlo.unary_einsum": "deprecated: reduce and transpose say the same",
} as const satisfies Partial<Record<OpName, string>>;

/** Ops that hold or end code, which the machine itself handles. */
type StructuralName =
  | "builtin.module"
  | "func.func"
  | "func.return"
  | "stablehlo.return"
  | "sdy.mesh"
  | "sdy.return";
/** Ops of dialects that are lowered to StableHLO before anything runs. */
type LoweredName = Extract<OpName, `chlo.${string}` | `nn.${string}` | `griffin.${string}`>;

/** Every op with a rule. */
export type InterpretedName = Exclude<OpName, StructuralName | LoweredName | keyof typeof notInterpreted>;
type ControlName = keyof typeof controlRules | keyof typeof checkRules;
type TensorName = Exclude<InterpretedName, ControlName>;

/** Rules of ops that make tensors of tensors, with no effect. */
export const tensorRuleTable: { readonly [K in TensorName]: TensorRule<K> } = {
  ...unaryRules,
  ...binaryRules,
  ...convertRules,
  ...shapeRules,
  ...dotRules,
  ...reduceRules,
  ...gatherRules,
  ...randomRules,
  ...linearAlgebraRules,
  ...fftRules,
  ...batchNormRules,
};

/** Rules of ops that run code, handle tokens and tuples, or look around. */
export const controlRuleTable: { readonly [K in ControlName]: ControlRule<K> } = {
  ...controlRules,
  ...checkRules,
};

/** Names of all ops with a rule. */
export const interpretedNames = [
  ...Object.keys(tensorRuleTable),
  ...Object.keys(controlRuleTable),
] as readonly InterpretedName[];

/** Why an op has no rule, in one phrase. */
export function reasonNotInterpreted(name: string): string {
  const reason = ownValue(notInterpreted, name);
  if (reason !== undefined) return reason;
  const dialect = name.split(".", 1)[0];
  if (dialect === "chlo") return "chlo op: is lowered to StableHLO first";
  if (dialect === "nn" || dialect === "griffin") return `${dialect} op: needs its decomposition`;
  return `unknown op ${name}`;
}
