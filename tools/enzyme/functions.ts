/** @file Functions that Enzyme's operations ask for, made by our differentiation: gradients in both modes, and functions over a batch. */
import { Functions, pullBack, zeros } from "../../src/autodiff/index.js";
import { hasGradient } from "../../src/autodiff/activity.js";
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import { Builder } from "../../src/ir/builder.js";
import { Emitter, typeOf } from "../../src/ir/emit.js";
import { unknownLocation } from "../../src/ir/location.js";
import type { Block, Operation, Value } from "../../src/ir/operation.js";
import {
  addArgument,
  cloneOperation,
  eraseOperation,
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  setAttributes,
} from "../../src/ir/rewriter.js";
import { functionType, isComplex, type TensorType, tensorType } from "../../src/ir/types.js";
import type { BatchRequest, DerivativeRequest, Request } from "./requests.js";

const location = unknownLocation;

const typesOf = (values: readonly Value[]): readonly TensorType[] =>
  values.map(({ type }) => type as TensorType);

/** A copy of a function's body without its end, and what it returned. */
interface Copy {
  readonly func: Operation;
  readonly body: Block;
  readonly arguments: readonly Value[];
  readonly returned: readonly Value[];
}

function copyOf(module: Operation, name: string): Copy {
  const func = cloneOperation(findFunction(module, name)!, new Map());
  insertOperation(func, module.regions[0]!.entry);
  const body = bodyOf(func)!;
  const returned = [...body.last!.operands];
  eraseOperation(body.last!);
  return { func, body, arguments: [...body.arguments], returned };
}

function finish({ func, body }: Copy, name: string, results: readonly Value[]): void {
  insertOperation(makeOperation({ name: "func.return", operands: results }), body);
  const type = functionType(typesOf(body.arguments), typesOf(results));
  setAttributes(func, { ...func.attributes, sym_name: name, sym_visibility: "private", function_type: type });
  eraseArgumentAttributes(func);
}

/** What was said of the arguments of the function copied means nothing of the new one's. */
function eraseArgumentAttributes(func: Operation): void {
  const { arg_attrs: _, res_attrs: __, ...rest } = func.attributes as Record<string, never>;
  setAttributes(func, rest);
}

const isActive = (activity: string): boolean => /^(?:active|dup)/.test(activity);
const isNeeded = (activity: string): boolean => !activity.endsWith("noneed");

/** Enzyme pairs complex numbers with the conjugate of their cotangents, JAX and we with the cotangents. */
function conjugate(e: Emitter, x: Value): Value {
  if (!isComplex(typeOf(x).element)) return x;
  return e.binary("complex", e.unary("real", x), e.unary("negate", e.unary("imag", x)));
}

/** Arguments and the cotangents of active results -> results, gradients of active arguments. */
function reverseMode(module: Operation, { name, of, activity, results }: DerivativeRequest): void {
  const copy = copyOf(module, of);
  const { body, returned } = copy;
  const inputs = copy.arguments.filter((_, i) => isActive(activity[i]!));
  const outputs = returned.flatMap((value, i) =>
    isActive(results[i]!) ? [{ value, cotangent: addArgument(body, value.type) }] : [],
  );
  const before = new Emitter(Builder.atEnd(body));
  const forward = [...body.operations];
  const seeds = outputs.map(({ value, cotangent }) => ({ value, cotangent: conjugate(before, cotangent) }));
  const functions = new Functions(module.regions[0]!.entry);
  const made = pullBack({ functions, operations: forward, inputs, outputs: seeds, block: body, location });
  const e = new Emitter(Builder.atEnd(body));
  const gradients = inputs.map((input, i) => conjugate(e, made[i] ?? zeros(e, input.type as TensorType)));
  finish(copy, name, [...returned.filter((_, i) => isNeeded(results[i]!)), ...gradients]);
}

/**
 * Arguments and the tangents of active ones -> each result, an active one followed by its tangent. The derivative is the pullback of the
 * pullback.
 */
function forwardMode(module: Operation, { name, of, activity, results }: DerivativeRequest): void {
  const copy = copyOf(module, of);
  const { body, returned } = copy;
  const pairs = copy.arguments.flatMap((input, i) =>
    isActive(activity[i]!) ? [{ input, tangent: addArgument(body, input.type) }] : [],
  );
  const functions = new Functions(module.regions[0]!.entry);
  const forward = [...body.operations];
  const e = new Emitter(Builder.atEnd(body));
  const active = returned.filter((value, i) => isActive(results[i]!) && hasGradient(value));
  const outputs = active.map((value) => ({ value, cotangent: zeros(e, value.type as TensorType) }));
  const before = body.operations.length;
  const inputs = pairs.map(({ input }) => input);
  const first = pullBack({ functions, operations: forward, inputs, outputs, block: body, location });
  const backward = body.operations.slice(before);
  const second = pullBack({
    functions,
    operations: backward,
    inputs: outputs.map(({ cotangent }) => cotangent),
    outputs: first.flatMap((value, i) =>
      value === undefined ? [] : [{ value, cotangent: pairs[i]!.tangent }],
    ),
    block: body,
    location,
  });
  const tangentOf = (value: Value): Value => {
    const at = active.indexOf(value);
    return (
      (at < 0 ? undefined : second[at]) ?? zeros(new Emitter(Builder.atEnd(body)), value.type as TensorType)
    );
  };
  const ends = returned.flatMap((value, i) => [
    ...(isNeeded(results[i]!) ? [value] : []),
    ...(isActive(results[i]!) ? [tangentOf(value)] : []),
  ]);
  finish(copy, name, ends);
}

/** A function of scalars, once for each element of its operands: the results side by side. */
function overBatch(module: Operation, { name, of, count }: BatchRequest): void {
  const scalar = bodyOf(findFunction(module, of)!)!;
  const operands = typesOf(scalar.arguments);
  const returned = typesOf(scalar.last!.operands);
  const batched = (type: TensorType): TensorType => tensorType([count, ...type.shape], type.element);
  const body = makeBlock(operands.map(batched));
  const e = new Emitter(Builder.atEnd(body));
  const rows = Array.from({ length: count }, (_, at) => {
    const own = body.arguments.map((argument) => {
      return e.reshape(e.slice(argument, 0, at, at + 1), typeOf(argument).shape.slice(1));
    });
    return e.builder.create("func.call", own, { callee: of }, { results: returned }).results;
  });
  const results = returned.map(({ shape }, i) =>
    e.concat(
      rows.map((row) => e.reshape(row[i]!, [1, ...shape])),
      0,
    ),
  );
  insertOperation(makeOperation({ name: "func.return", operands: results }), body);
  const function_type = functionType(operands.map(batched), typesOf(results));
  const attributes = { sym_name: name, sym_visibility: "private", function_type };
  const func = makeOperation({ name: "func.func", attributes, regions: [makeRegion([body])] });
  insertOperation(func, module.regions[0]!.entry);
}

/** Makes a function that was asked for. */
export function makeFunction(module: Operation, request: Request): void {
  if (request.mode === "batch") overBatch(module, request);
  else if (request.mode === "reverse") reverseMode(module, request);
  else forwardMode(module, request);
}
