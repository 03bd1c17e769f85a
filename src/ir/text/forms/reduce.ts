/**
 * @file reduce: `(%x init: %z) applies stablehlo.add across dimensions = [1] : F`, or with its body written out. The pairs
 * of `reducer` are element and accumulator of one input; the block has all elements first, then all accumulators.
 */
import type { Block, Operation } from "../../operation.js";
import { findOp } from "../../ops/index.js";
import { formatFunctionType, type TensorType, tensorType } from "../../types.js";
import type { Form } from "./form.js";

/** The op of a body that does nothing but combine its two scalars in order, which the short form names. */
function appliedOp(operation: Operation): string | undefined {
  const block = operation.regions[0]?.blocks[0];
  const [combine, end] = block?.operations ?? [];
  if (block === undefined || end === undefined || end !== block.last) return undefined;
  const traits = findOp(combine!.name)?.traits ?? [];
  if (!combine!.name.startsWith("stablehlo.") || !traits.includes("commutative")) return undefined;
  const [element, accumulator] = block.arguments;
  const type = elementScalar(operation);
  const values = [...combine!.operands, ...combine!.results];
  const plain =
    block.arguments.length === 2 &&
    combine!.operands.length === 2 &&
    combine!.operands[0] === element &&
    combine!.operands[1] === accumulator &&
    combine!.results.length === 1 &&
    combine!.extra.size === 0 &&
    values.every((value) => value.type === type) &&
    returnsOnly(end, combine!);
  return plain ? combine!.name : undefined;
}

const elementScalar = (operation: Operation): TensorType | undefined => {
  const type = operation.operands[0]?.type;
  return type?.kind === "tensor" ? tensorType([], type.element) : undefined;
};

const returnsOnly = (end: Operation, combine: Operation): boolean =>
  end.name === "stablehlo.return" && end.operands.length === 1 && end.operands[0] === combine.results[0];

function reducerArguments(block: Block, argument: (index: number) => string): string {
  const half = block.arguments.length / 2;
  const pairs = Array.from({ length: half }, (_, i) => `(${argument(i)}, ${argument(half + i)})`);
  return pairs.join(" ");
}

export const reduceForm: Form = {
  print(out, operation) {
    const { operands } = operation;
    const { dimensions } = operation.attributes as { readonly dimensions: readonly number[] };
    const block = operation.regions[0]?.blocks[0];
    const count = operands.length / 2;
    if (block?.arguments.length !== operands.length || !Number.isInteger(count)) return false;
    const pairs = operands
      .slice(0, count)
      .map((value, i) => `(${out.nameOf(value)} init: ${out.nameOf(operands[count + i]!)})`);
    out.write(pairs.join(", "));
    const applied = appliedOp(operation);
    if (applied !== undefined) out.write(` applies ${applied}`);
    out.write(` across dimensions = [${dimensions.join(", ")}]`);
    out.dictionary(operation, ["dimensions"]);
    const results = operation.results.map((result) => result.type);
    out.write(
      ` : ${formatFunctionType(
        operands.map((value) => value.type),
        results,
      )}`,
    );
    if (applied !== undefined) return true;
    out.newLine();
    out.write(` reducer${reducerArguments(block, (index) => out.argument(block.arguments[index]!))}  `);
    out.region(operation.regions[0]!, { labelled: false });
    return true;
  },
};
