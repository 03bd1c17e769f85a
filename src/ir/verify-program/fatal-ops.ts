/**
 * @file Operations that are valid and end or hang a compiler's process all the same, each found by compiling generated programs in
 * child processes (test/survival). XLA's CPU compiler of jaxlib 0.11.2 does so unless said otherwise; a rule refuses no more than that.
 */
import type { Operation, Value } from "../operation.js";
import type { OperationOf, OpName } from "../ops/index.js";
import { formatType, type TensorType } from "../types.js";
import type { Refusal } from "./refusal.js";

type Fault = Pick<Refusal, "constraint" | "message" | "hint">;
type FatalRules = { readonly [K in OpName]?: (operation: OperationOf<K> & Operation) => Fault | undefined };

const tensor = (operation: Operation, index: number): TensorType =>
  operation.operands[index]!.type as TensorType;
const isEmpty = ({ shape }: TensorType): boolean => shape.includes(0);

/** Elements that XLA packs several to a byte and then cannot cut between them. */
const isPacked = ({ element }: TensorType): boolean => element === "i2" || element === "ui2";

const waitsForHost = (operation: Operation): Fault => ({
  constraint: "fatal_host_transfer",
  message: `waits for the host, which nobody here speaks for: ${operation.name} would never end`,
  hint: "pass the data as an argument, or return it as a result",
});

/** Types that XLA has a generator of uniform numbers for. */
const drawn: ReadonlySet<unknown> = new Set(["f16", "bf16", "f32", "f64", "i32", "ui32", "i64", "ui64"]);

const rules: FatalRules = {
  "stablehlo.gather"(operation) {
    const { dimension_numbers: numbers, slice_sizes: sizes } = operation.attributes;
    const gone = [...numbers.collapsed_slice_dims, ...(numbers.operand_batching_dims ?? [])];
    if (!gone.some((dimension) => sizes[dimension] === 0)) return undefined;
    return {
      constraint: "fatal_gather_zero_slice",
      message: "a collapsed dimension has slice size 0",
      hint: "the result is what padding gives: write that, or take slices of size 1",
    };
  },
  "stablehlo.rng"(operation) {
    const { element } = tensor(operation, 0);
    if (operation.attributes.rng_distribution !== "UNIFORM" || drawn.has(element)) return undefined;
    return {
      constraint: "fatal_rng_type",
      message: `there is no generator of uniform ${formatType(tensor(operation, 0))}`,
      hint: "draw i32 or f32 and convert",
    };
  },
  "stablehlo.concatenate"(operation) {
    if (!isPacked(tensor(operation, 0))) return undefined;
    return {
      constraint: "fatal_concatenate_i2",
      message: `${formatType(tensor(operation, 0))} is packed four to a byte and cannot be joined`,
      hint: "convert to i8, concatenate, convert back",
    };
  },
  "stablehlo.select_and_scatter"(operation) {
    if (!isEmpty(tensor(operation, 1))) return undefined;
    return {
      constraint: "fatal_select_and_scatter_empty",
      message: "the source is empty",
      hint: "the result is init_value everywhere: broadcast it",
    };
  },
  "stablehlo.remainder"(operation) {
    const { element } = tensor(operation, 0);
    if (typeof element !== "string" || !element.startsWith("complex<")) return undefined;
    return {
      constraint: "fatal_complex_remainder",
      message: `there is no remainder of ${formatType(tensor(operation, 0))}`,
      hint: "say what is meant for the real and the imaginary part apart",
    };
  },
  "stablehlo.infeed": waitsForHost,
  "stablehlo.outfeed": waitsForHost,
  "stablehlo.send": waitsForHost,
  "stablehlo.recv": waitsForHost,
};

/** Operations that do not look at elements, or only to make others of them. */
const passesOn: ReadonlySet<string> = new Set([
  "stablehlo.convert",
  "stablehlo.return",
  "func.return",
  "func.call",
]);

const isSixBit = ({ type }: Value): boolean =>
  type.kind === "tensor" && typeof type.element === "string" && type.element.startsWith("f6E");

/** Elements of six bits lie in a byte each for some parts of the compiler, and packed for others: it aborts where they meet. */
function checkSixBits(operation: Operation): Fault | undefined {
  if (passesOn.has(operation.name)) return undefined;
  const value = [...operation.operands, ...operation.results].find(isSixBit);
  if (value === undefined) return undefined;
  return {
    constraint: "fatal_f6",
    message: `computes on ${formatType(value.type)}, elements of six bits`,
    hint: "convert to f8E4M3FN or f32, compute, convert back",
  };
}

/** What is known to end or hang a compiler, or undefined. */
export function checkFatalOp(operation: Operation): Refusal | undefined {
  const rule = rules[operation.name as OpName] as ((operation: Operation) => Fault | undefined) | undefined;
  const fault = rule?.(operation) ?? checkSixBits(operation);
  return fault === undefined ? undefined : { operation, ...fault };
}
