/** @file A StableHLO program that came as text: its entry function, and the signature that a plugin cannot tell. */
import type { AttributeDictionary } from "../ir/attribute.js";
import type { Operation } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { DYNAMIC, formatType, type TensorType, type Type } from "../ir/types.js";
import {
  type ElementTypeName,
  isElementType,
  type Signature,
  type TensorSpec,
} from "../runtime-pjrt/index.js";
import { GriffinError } from "../support/errors.js";

/** A program is right by itself but cannot be run here. */
export class ProgramError extends GriffinError {
  constructor(
    message: string,
    more: { readonly expected?: string; readonly got?: string; readonly hint?: string } = {},
  ) {
    super("program error", { message, ...more });
  }
}

/** The function that a plugin enters. @throws ProgramError when the module has none */
export function findMain(module: Operation): OperationOf<"func.func"> & Operation {
  for (const operation of module.regions[0]?.entry ?? []) {
    if (isOp(operation, "func.func") && operation.attributes.sym_name === "main") return operation;
  }
  throw new ProgramError("the program has no function @main");
}

/** Arguments marked so give their memory to the program. */
const DONATION = ["tf.aliasing_output", "jax.buffer_donor"];

/** What @main takes and gives. @throws ProgramError for values that no buffer can hold: dynamic sizes, tokens, tuples */
export function mainSignature(module: Operation): Signature {
  const { function_type: type, arg_attrs: attributes = [] } = findMain(module).attributes;
  return {
    arguments: type.inputs.map((input, i) => ({
      ...tensorSpec(input, `argument ${i}`),
      layout: layoutMode(attributes[i]),
      donated: DONATION.some((name) => attributes[i]?.has(name)),
    })),
    results: type.results.map((result, i) => tensorSpec(result, `result ${i}`)),
  };
}

/** The layout that a program asks for: as XLA writes it, or "auto" where the compiler chooses; undefined for the client's default. */
function layoutMode(attributes: AttributeDictionary | undefined): string | undefined {
  const mode = attributes?.get("mhlo.layout_mode");
  return mode?.kind === "string" && mode.value !== "default" ? mode.value : undefined;
}

function tensorSpec(type: Type, what: string): TensorSpec {
  const { shape, element } = staticTensor(type, what);
  return { elementType: element, dimensions: shape };
}

/** A type that a buffer can have. @throws ProgramError for dynamic sizes, tokens, tuples, quantised elements */
export function staticTensor(
  type: Type,
  what = "a value",
): TensorType & { readonly element: ElementTypeName } {
  const refuse = (expected: string): never => {
    throw new ProgramError(`${what} of @main cannot be a buffer`, { expected, got: formatType(type) });
  };
  if (type.kind !== "tensor") return refuse("a tensor");
  const { shape, element } = type;
  if (shape.includes(DYNAMIC)) return refuse("a static shape");
  if (typeof element !== "string" || !isElementType(element))
    return refuse("an element type that buffers have");
  return type as TensorType & { readonly element: ElementTypeName };
}
