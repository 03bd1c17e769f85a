/** @file Buffers in custom calls: the targets that make, pin and unpin them, and what others may do with them. */
import { formatType, type Type } from "../types.js";
import { sameElement } from "../verify-types.js";
import { typeList, type View } from "./constraints.js";

/** Nested tuple types with the indices that lead to each leaf. */
function leaves(type: Type, path: readonly number[] = []): (readonly [Type, readonly number[]])[] {
  if (type.kind !== "tuple") return [[type, path]];
  return type.elements.flatMap((element, i) => leaves(element, [...path, i]));
}

/** One operand and one result of the wanted kinds, with the same shape and element type. */
function checkConversion(op: View, from: "tensor" | "buffer", to: "tensor" | "buffer", target: string): void {
  const operands = op.operands.map((value) => value.type);
  const [taken, made] = [operands[0], op.resultTypes[0]];
  const single = operands.length === 1 && op.resultTypes.length === 1;
  op.check(
    single && taken?.kind === from && made?.kind === to,
    "custom_call_buffer",
    `${target} makes a ${to} of a ${from}, got ${typeList(operands)} -> ${typeList(op.resultTypes)}`,
  );
  if (taken?.kind !== from || made?.kind !== to || !("shape" in taken) || !("shape" in made)) return;
  op.check(
    sameElement(taken.element, made.element) && String(taken.shape) === String(made.shape),
    "custom_call_buffer",
    `${target} keeps shape and element type, got ${formatType(taken)} and ${formatType(made)}`,
  );
}

interface Alias {
  readonly operand_index: number;
  readonly operand_tuple_indices: readonly number[];
  readonly output_tuple_indices: readonly number[];
}

/** Every buffer that a call returns is one it was given, and none is given back twice. */
function checkBufferAliases(op: View, results: Type, aliases: readonly Alias[]): void {
  const buffers = leaves(results).filter(([type]) => type.kind === "buffer");
  if (
    buffers.length === 0 &&
    !op.operands.some(({ type }) => leaves(type).some(([t]) => t.kind === "buffer"))
  )
    return;
  const ofBuffers = aliases.filter(({ operand_index: index, operand_tuple_indices: path }) =>
    leaves(op.operands[index]!.type).some(
      ([type, at]) => type.kind === "buffer" && String(at) === String(path),
    ),
  );
  const outputs = ofBuffers.map((alias) => String(alias.output_tuple_indices));
  const inputs = ofBuffers.map((alias) => `${alias.operand_index}:${alias.operand_tuple_indices}`);
  op.check(
    new Set(outputs).size === outputs.length && new Set(inputs).size === inputs.length,
    "custom_call_buffer",
    "a buffer is aliased twice",
  );
  const missing = buffers.find(([, path]) => !outputs.includes(String(path)));
  op.check(
    missing === undefined,
    "custom_call_buffer",
    `the buffer at [${missing?.[1].join(", ")}] of the results must be an alias of an operand`,
  );
}

/** What a custom call must keep to when buffers take part. */
export function checkBuffers(op: View, target: string, results: Type, aliases: readonly Alias[]): void {
  switch (target) {
    case "CreateBuffer":
      op.check(
        op.operands.length === 0 && op.resultTypes.length === 1 && op.resultTypes[0]!.kind === "buffer",
        "custom_call_buffer",
        "CreateBuffer takes nothing and makes one buffer",
      );
      return;
    case "Pin":
      checkConversion(op, "tensor", "buffer", target);
      return;
    case "Unpin":
      checkConversion(op, "buffer", "tensor", target);
      return;
    default:
      checkBufferAliases(op, results, aliases);
  }
}
