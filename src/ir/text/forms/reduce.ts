/**
 * @file reduce: `(%x init: %z) applies stablehlo.add across dimensions = [1] : F`, or with its body written
 * out. The pairs of `reducer` are element and accumulator of one input; the block has all elements first,
 * then all accumulators.
 */
import type { Block, Operation, Region, Value } from "../../operation.js";
import { findOp } from "../../ops/index.js";
import type { Location } from "../../location.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "../../rewriter.js";
import { type TensorType, tensorType } from "../../types.js";
import { parseIntegers } from "../context.js";
import { functionTail, parseFunctionTail } from "./common.js";
import type { Form, FormParser, ParsedArgument } from "./form.js";

/** The op of a body that does nothing but combine its two scalars in order, which the short form names. */
function appliedOp(operation: Operation): string | undefined {
  const [block, second] = operation.regions[0]?.blocks ?? [];
  const [combine, end] = block?.operations ?? [];
  if (block === undefined || second !== undefined || end === undefined || end !== block.last)
    return undefined;
  const traits = findOp(combine!.name)?.traits ?? [];
  if (!combine!.name.startsWith("stablehlo.") || !traits.includes("commutative")) return undefined;
  const [element, accumulator] = block.arguments;
  const type = elementScalar(operation);
  const values = [...combine!.operands, ...combine!.results];
  const plain =
    operation.operands.length === 2 &&
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
    out.write(functionTail(operation));
    if (applied !== undefined) return true;
    out.newLine();
    out.write(` reducer${reducerArguments(block, (index) => out.argument(block.arguments[index]!))}  `);
    out.region(operation.regions[0]!, { labelled: false });
    return true;
  },
  written(operation) {
    if (appliedOp(operation) !== undefined) return { arguments: [], operations: false };
    const values = operation.regions[0]?.blocks[0]?.arguments ?? [];
    const half = Math.ceil(values.length / 2);
    return {
      arguments: values.slice(0, half).flatMap((value, i) => [value, values[half + i]!]),
      operations: true,
    };
  },
  parse(input, definition) {
    const { cursor, context } = input;
    // MLIR takes the place after the name for the location of this op alone.
    const location = input.here();
    const inputs: Value[] = [];
    const inits: Value[] = [];
    do {
      cursor.expect("(");
      inputs.push(input.use());
      cursor.expectWord("init");
      cursor.expect(":");
      inits.push(input.use());
      cursor.expect(")");
    } while (cursor.accept(","));
    const operands = [...inputs, ...inits];
    const applied = cursor.acceptWord("applies") ? parseApplied(input) : undefined;
    cursor.expectWord("across");
    cursor.expectWord("dimensions");
    cursor.expect("=");
    const dimensions = parseIntegers(context);
    const attributes = input.attributes(definition, input.optionalEntries(), { dimensions });
    const resultTypes = parseFunctionTail(input, operands);
    const region =
      applied === undefined
        ? parseReducer(input, definition.name, inputs.length)
        : bodyOf(input, applied, operands);
    return { operands, resultTypes, regions: [region], location, ...attributes };
  },
};

interface Applied {
  readonly name: string;
  readonly at: number;
  readonly location: Location;
}

function parseApplied(input: FormParser): Applied {
  const { cursor } = input;
  const at = cursor.start;
  const location = input.here();
  const name = cursor.expect("name", "of an op");
  const definition = findOp(name);
  if (!name.startsWith("stablehlo.") || definition?.operands.length !== 2 || definition.assembly !== "binary")
    cursor.fail(`${name} does not combine two values`, at);
  if (definition?.traits.includes("commutative") !== true)
    cursor.fail(`${name} is not commutative; write the body of the reduction`, at);
  return { name, at, location };
}

/** The body that `applies` stands for. */
function bodyOf({ cursor }: FormParser, { name, at, location }: Applied, operands: readonly Value[]): Region {
  const [type] = operands.map((value) => value.type);
  if (operands.length !== 2 || type?.kind !== "tensor")
    return cursor.fail("applies needs one input, a tensor", at);
  const scalar = tensorType([], type.element);
  const block = makeBlock([scalar, scalar], [], [location, location]);
  const combine = makeOperation({ name, operands: block.arguments, resultTypes: [scalar], location });
  insertOperation(combine, block);
  insertOperation(makeOperation({ name: "stablehlo.return", operands: combine.results, location }), block);
  return makeRegion([block]);
}

/** `reducer(%x: T, %acc: T) (..) { .. }`. */
function parseReducer(input: FormParser, owner: string, count: number): Region {
  const { cursor, context } = input;
  cursor.expectWord("reducer");
  const at = cursor.start;
  const elements: ParsedArgument[] = [];
  const accumulators: ParsedArgument[] = [];
  while (cursor.kind === "(") {
    const pair = context.list("(", ")", () => input.argument());
    if (pair.length !== 2) cursor.fail("a reducer takes pairs of an element and an accumulator", at);
    elements.push(pair[0]!);
    accumulators.push(pair[1]!);
  }
  if (elements.length !== count)
    cursor.fail(`the reducer takes ${elements.length} pairs for ${count} inputs`, at);
  return input.region(owner, [...elements, ...accumulators]);
}
