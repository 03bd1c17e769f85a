/**
 * @file Custom calls that stand for ops: `@mhlo.erf` with the attributes of the op in a dictionary. XLA wrote what StableHLO had no op for
 * so, and JAX's exports of before 0.8 hold it; XLA takes them for the ops of CHLO and StableHLO that they are.
 */
import { Builder } from "./builder.js";
import { VerifyError } from "./errors.js";
import { type Operation, walk } from "./operation.js";
import { findOp, isOp, type OperationOf, type OpName } from "./ops/index.js";
import { replaceOperation } from "./rewriter.js";
import { ownValue } from "../support/own-value.js";
import { inferResultTypes } from "./verify.js";

type CustomCall = OperationOf<"stablehlo.custom_call"> & Operation;

/** Those that XLA reads, by target. */
const names: Readonly<Record<string, OpName>> = {
  "mhlo.acos": "chlo.acos",
  "mhlo.acosh": "chlo.acosh",
  "mhlo.asin": "chlo.asin",
  "mhlo.asinh": "chlo.asinh",
  "mhlo.atanh": "chlo.atanh",
  "mhlo.cosh": "chlo.cosh",
  "mhlo.erf": "chlo.erf",
  "mhlo.sinh": "chlo.sinh",
  "mhlo.tan": "stablehlo.tan",
  "mhlo.topk": "chlo.top_k",
};

const ATTRIBUTES = "mhlo.attributes";
const VERSION = "mhlo.version";

/** An op in the place of a call. */
export interface EncodedOp {
  readonly name: OpName;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What the call says beside. */
  readonly extra: Operation["extra"];
}

/** The op that a call stands for; undefined for any other call, and where it says what the op has no attribute for. */
export function encodedOp({ attributes, extra }: CustomCall): EncodedOp | undefined {
  const name = ownValue(names, attributes.call_target_name);
  const dictionary = extra.get(ATTRIBUTES);
  const { api_version: version = 1, called_computations: computations = [] } = attributes;
  if (name === undefined || dictionary?.kind !== "dictionary" || version !== 1) return undefined;
  if (computations.length > 0 || attributes.has_side_effect === true) return undefined;
  const kinds = findOp(name)!.attributes;
  const typed: Record<string, unknown> = {};
  for (const [key, attribute] of dictionary.entries) {
    // Of top_k's two orders the largest first is the only one that the op has.
    if (key === "largest" && attribute.kind === "bool" && attribute.value) continue;
    const value = ownValue(kinds, key)?.fromAttribute(attribute);
    if (value === undefined) return undefined;
    typed[key] = value;
  }
  const others = [...extra].filter(([key]) => key !== ATTRIBUTES && key !== VERSION);
  return { name, attributes: typed, extra: new Map(others) };
}

/** Whether the op could have the call's operands and results. */
function fits(call: CustomCall, { name, attributes }: EncodedOp): boolean {
  const { operands, location } = call;
  const resultTypes = call.results.map(({ type }) => type);
  try {
    return (
      inferResultTypes({ name, operands, attributes, regions: [], resultTypes, location }).length ===
      resultTypes.length
    );
  } catch (error) {
    if (error instanceof VerifyError) return false;
    throw error;
  }
}

/** Puts the ops that calls of a module stand for in their place; returns how many. Calls whose operands or results the op cannot have stay. */
export function decodeCalls(module: Operation): number {
  let count = 0;
  for (const operation of [...walk(module)]) {
    if (!isOp(operation, "stablehlo.custom_call")) continue;
    const op = encodedOp(operation);
    if (op === undefined || !fits(operation, op)) continue;
    const results = operation.results.map(({ type }) => type);
    const { name, attributes, extra } = op;
    const made = Builder.before(operation).create(name, operation.operands, attributes as never, {
      results,
      extra,
    });
    replaceOperation(operation, made.results);
    count++;
  }
  return count;
}
