/** @file scan: a loop whose turn takes a slice of each input and writes one of each output. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import { rawElements } from "../../ir/elements.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { cloneOperation, insertOperation, type ValueMap } from "../../ir/rewriter.js";
import { byteWidth, type TensorType } from "../../ir/types.js";

/** All zero bits, of any element type: what is there before it is written. */
const zeros = (e: Emitter, type: TensorType): Value =>
  e.constant(rawElements(type, new Uint8Array(type.shape.includes(0) ? 0 : byteWidth(type.element))));

export function scan(operation: OperationOf<"chlo.scan">, e: Emitter): readonly Value[] {
  const { operands, results, attributes } = operation;
  const { dimension, is_reverse = false, operandSegmentSizes, resultSegmentSizes } = attributes;
  const [inputs, inits] = [operands.slice(0, operandSegmentSizes[0]), operands.slice(operandSegmentSizes[0])];
  const outputs = results.slice(0, resultSegmentSizes[0]);
  const length = shapeOf(inputs[0] ?? outputs[0]!)[dimension]!;
  const empty = outputs.map(({ type }) => zeros(e, type as TensorType));
  if (length === 0) return [...empty, ...inits];
  const start = [...inits, ...empty];
  const made = e.loop(length, 1, start, (inner, counter, carried) => {
    const place = is_reverse ? inner.sub(inner.fill(length - 1, [], "i32"), counter) : counter;
    const slices = inputs.map((input) => sliceAt(inner, input, dimension, place));
    const next = bodyOn(operation, inner, [...slices, ...carried.slice(0, inits.length)]);
    const written = outputs.map((_, i) =>
      writtenAt(inner, carried[inits.length + i]!, next[i]!, dimension, place),
    );
    return [...next.slice(outputs.length), ...written];
  });
  return [...made.slice(inits.length), ...made.slice(0, inits.length)];
}

/** `place` along `dimension`, the beginning of the others. */
const placesOf = (e: Emitter, rank: number, dimension: number, place: Value): Value[] =>
  Array.from({ length: rank }, (_, i) => (i === dimension ? place : e.fill(0, [], "i32")));

/** One slice of an input, without the dimension that is scanned. */
function sliceAt(e: Emitter, x: Value, dimension: number, place: Value): Value {
  const shape = shapeOf(x);
  const slice = e.dynamicSlice(x, placesOf(e, shape.length, dimension, place), shape.with(dimension, 1));
  return e.reshape(slice, shape.toSpliced(dimension, 1));
}

/** An output with one of its slices. */
function writtenAt(e: Emitter, output: Value, slice: Value, dimension: number, place: Value): Value {
  const row = e.reshape(slice, shapeOf(output).with(dimension, 1));
  return e.dynamicUpdateSlice(output, row, placesOf(e, typeOf(output).shape.length, dimension, place));
}

/** The body's operations on these values; what it returns. */
function bodyOn(operation: OperationOf<"chlo.scan">, e: Emitter, values: readonly Value[]): readonly Value[] {
  const body = operation.regions[0]!.entry;
  const map: ValueMap = new Map(body.arguments.map((argument, i) => [argument, values[i]!]));
  for (const inner of body)
    if (inner !== body.last) insertOperation(cloneOperation(inner, map), e.builder.block);
  return body.last!.operands.map((value) => map.get(value)!);
}
