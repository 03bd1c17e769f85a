/** @file customCall: code that a compiler finds by its name. */
import {
  type AttributeDictionary,
  integerAttribute,
  stringAttribute,
  type Attribute,
} from "../ir/attribute.js";
import { scalarType } from "../ir/types.js";
import type { DType } from "./axis.js";
import { op } from "./op.js";
import { checkTensors, tensorsOf } from "./records.js";
import type { Spec, TensorOf } from "./spec.js";
import type { TensorData } from "./trace.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** What is said of a call beside its name. */
export interface CustomCallOptions {
  /** What the code is told: text (version 1 to 3 of the interface), or values by name (version 4, PJRT's FFI): texts, booleans, floats (f64), whole numbers (i64). */
  readonly config?: string | Readonly<Record<string, string | number | boolean>>;
  /** Whether it does more than compute its results: it is then never removed, doubled or moved. */
  readonly hasSideEffect?: boolean;
}

export const CUSTOM_CALL_OPTIONS: OptionNames<CustomCallOptions> = {
  config: true,
  hasSideEffect: true,
};

function attributeOf(value: string | number | boolean): Attribute {
  if (typeof value === "string") return stringAttribute(value);
  if (typeof value === "boolean") return { kind: "bool", value };
  if (Number.isInteger(value)) return integerAttribute(value, scalarType("i64"));
  return { kind: "float", value, type: scalarType("f64") };
}

/**
 * What code called `target` makes of tensors; a plugin must know it, or the program does not compile. Results are as said, dense and row-major,
 * as the operands are.
 */
export function customCall<R extends Readonly<Record<string, Spec<string, DType>>>>(
  target: string,
  operands: Readonly<Record<string, object>> | readonly TensorData[],
  results: R,
  options: CustomCallOptions = {},
): { readonly [K in keyof R]: TensorOf<R[K]> } {
  checkOptions("customCall", options, CUSTOM_CALL_OPTIONS);
  const { config, hasSideEffect = false } = options;
  checkTensors(`customCall "${target}": the operands`, operands);
  const values: AttributeDictionary | string | undefined =
    typeof config === "object"
      ? new Map(Object.entries(config).map(([name, value]) => [name, attributeOf(value)]))
      : config;
  const attributes = {
    call_target_name: target,
    ...(values === undefined ? {} : { backend_config: values }),
    api_version: typeof config === "object" ? 4 : 2,
    ...(hasSideEffect ? { has_side_effect: true } : {}),
  };
  const names = Object.keys(results);
  const made = op("stablehlo.custom_call", tensorsOf(operands), attributes, {
    results: Object.values(results),
  });
  return Object.fromEntries(names.map((name, i) => [name, made[i]!])) as unknown as {
    readonly [K in keyof R]: TensorOf<R[K]>;
  };
}
