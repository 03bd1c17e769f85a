/** @file For tests: the gradient function of a function in text, and its numbers beside differences of the function's. */
import { randomNumbers } from "../../tools/conformance/random-numbers.js";
import { pullBack } from "../../src/autodiff/pull-back.js";
import { Functions } from "../../src/autodiff/functions.js";
import { hasGradient } from "../../src/autodiff/activity.js";
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import type { Elements } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { Tensor } from "../../src/ir/interpret/tensor.js";
import { unknownLocation } from "../../src/ir/location.js";
import type { Operation } from "../../src/ir/operation.js";
import {
  addArgument,
  cloneOperation,
  eraseOperation,
  insertOperation,
  makeOperation,
  setAttributes,
} from "../../src/ir/rewriter.js";
import { parseModule } from "../../src/ir/text/index.js";
import { elementCount, functionType, isComplex, type TensorType } from "../../src/ir/types.js";
import { verifyModule } from "../../src/ir/verify.js";
import { decomposeChlo } from "../../src/lowering/chlo/index.js";
import { findMeaning } from "../../src/lowering/index.js";
import { zeros } from "../../src/autodiff/index.js";
import { Emitter } from "../../src/ir/emit.js";
import { Builder } from "../../src/ir/builder.js";

/**
 * Adds @vjp beside @main: (arguments, cotangents of its float results) -> gradients of its float arguments. The module is verified.
 */
export function addVjp(module: Operation): Operation {
  const block = module.regions[0]!.entry;
  const main = findFunction(module, "main")!;
  const copy = cloneOperation(main, new Map());
  insertOperation(copy, block);
  const body = bodyOf(copy)!;
  const operations = body.operations.slice(0, -1);
  const inputs = body.arguments.filter(hasGradient);
  const returned = body.last!.operands;
  eraseOperation(body.last!);
  const outputs = returned
    .filter(hasGradient)
    .map((value) => ({ value, cotangent: addArgument(body, value.type) }));
  const location = unknownLocation;
  const made = pullBack({
    functions: new Functions(block),
    operations,
    inputs,
    outputs,
    block: body,
    location,
  });
  const e = new Emitter(Builder.atEnd(body));
  const results = inputs.map((input, i) => made[i] ?? zeros(e, input.type as TensorType));
  insertOperation(makeOperation({ name: "func.return", operands: results }), body);
  const types = (values: readonly { readonly type: TensorType | unknown }[]) =>
    values.map(({ type }) => type as TensorType);
  const type = functionType(types(body.arguments), types(results));
  setAttributes(copy, { ...copy.attributes, sym_name: "vjp", function_type: type });
  verifyModule(module);
  return module;
}

/** A module whose @main is the gradient function @vjp of another's. */
export function gradientAsMain(module: Operation): Operation {
  addVjp(module);
  const [main, vjp] = [findFunction(module, "main")!, findFunction(module, "vjp")!];
  eraseOperation(main);
  setAttributes(vjp, { ...vjp.attributes, sym_name: "main" });
  return module;
}

/** A module of one function @main, or of the functions given. */
export const parse = (text: string): Operation => parseModule(text);

/** Runs a function; model ops by what they mean. */
export function run(module: Operation, name: string, inputs: readonly Elements[]): readonly Elements[] {
  const lowered = cloneOperation(module, new Map());
  decomposeChlo(lowered);
  return interpretFunction(lowered, name, inputs, { decompositions: findMeaning });
}

/** The real numbers of a float tensor; of a complex one real and imaginary parts in turn. */
const partsOf = (elements: Elements): Float64Array => Float64Array.from(Tensor.fromElements(elements).floats);

const fromParts = (type: TensorType, parts: ArrayLike<number>): Elements =>
  Tensor.fromFloats(type.shape, type.element, parts).toElements();

const countOf = ({ shape, element }: TensorType): number =>
  elementCount(shape) * (isComplex(element) ? 2 : 1);

/** Numbers in [-1, 1) from a seed. */
export function randomFrom(seed: number): () => number {
  const next = randomNumbers(seed);
  return () => next(2 ** 32) / 2 ** 31 - 1;
}

/** Re(sum of a b), of real numbers their plain product. */
function pairing(a: Elements, b: Elements): number {
  const [p, q] = [partsOf(a), partsOf(b)];
  const sign = isComplex(a.type.element) ? -1 : 1;
  return p.reduce((sum, value, i) => sum + (i % 2 === 1 ? sign : 1) * value * q[i]!, 0);
}

const total = (as: readonly Elements[], bs: readonly Elements[]): number =>
  as.reduce((sum, a, i) => sum + pairing(a, bs[i]!), 0);

const isFloating = ({ type }: Elements): boolean => hasGradient({ type } as never);

export interface Comparison {
  /** The slope of the function in a direction by its gradient. */
  readonly gradient: number;
  /** The same in forward mode, the pullback of the pullback, where a module has it. */
  readonly forward?: number | undefined;
  /** The same by the difference of two values. */
  readonly difference: number;
}

/**
 * The slope of cotangent times @main at `inputs` in a random direction, by @vjp and by a difference of values `step` away on both sides.
 * @param second the module of the gradient's gradient (`addVjp` of `gradientAsMain`)
 */
export function slopes(
  module: Operation,
  inputs: readonly Elements[],
  {
    seed = 1,
    step = 1e-5,
    second,
  }: { readonly seed?: number; readonly step?: number; readonly second?: Operation | undefined } = {},
): Comparison {
  const random = randomFrom(seed);
  const randomLike = ({ type }: Elements): Elements =>
    fromParts(type, Float64Array.from({ length: countOf(type) }, random));
  const directions = inputs.map((input) => (isFloating(input) ? randomLike(input) : undefined));
  const given = directions.filter((direction) => direction !== undefined);
  const moved = (by: number): readonly Elements[] =>
    inputs.map((input, i) => {
      const direction = directions[i];
      if (direction === undefined) return input;
      const along = partsOf(direction);
      return fromParts(
        input.type,
        partsOf(input).map((value, j) => value + by * along[j]!),
      );
    });
  const outputs = run(module, "main", inputs).filter(isFloating);
  const cotangents = outputs.map(randomLike);
  const gradients = run(module, "vjp", [...inputs, ...cotangents]);
  const [above, below] = [step, -step].map((by) =>
    total(cotangents, run(module, "main", moved(by)).filter(isFloating)),
  ) as [number, number];
  const transposed = second && run(second, "vjp", [...inputs, ...cotangents, ...given]);
  return {
    gradient: total(gradients, given),
    forward: transposed && total(cotangents, transposed.slice(-cotangents.length)),
    difference: (above - below) / (2 * step),
  };
}
