/** @file Custom calls about shapes, as JAX writes them where StableHLO has no dynamic op: assertions, wrappers, stablehlo.dynamic_*. */
import { bodyOf, findFunction, returnedValues } from "../../ir/analysis/symbols.js";
import type { Builder } from "../../ir/builder.js";
import { numberAt } from "../../ir/elements.js";
import { encodedOp } from "../../ir/encoded-calls.js";
import { assertionMessage } from "../../ir/interpret/shape-assertion.js";
import type { Block, Operation, Region, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { cloneOperation, insertOperation, type ValueMap } from "../../ir/rewriter.js";
import { elementCount, type TensorType, tensorType, tupleType, type Type } from "../../ir/types.js";
import { ownValue } from "../../support/own-value.js";
import { refineErrorAt } from "./errors.js";
import type { KnownValues } from "./known.js";

type CustomCall = OperationOf<"stablehlo.custom_call">;

/** What a rule sees of a call, and makes new ops with. */
interface View {
  readonly call: CustomCall & Operation;
  readonly operands: readonly Value[];
  readonly known: KnownValues;
  readonly builder: Builder;
  readonly module: Operation;
}

/** The values that stand for the call's results; undefined while something is not known. */
type Rule = (view: View) => readonly Value[] | undefined;

/** An assertion that holds is nothing. @throws RefineError with its message for one that does not */
const assertion: Rule = (view) => {
  const holds = view.known.numbers(view.operands[0]!);
  if (holds === undefined) return undefined;
  if (holds.every((bit) => bit !== 0)) return [];
  const numbersOf = (i: number) => view.operands[i] && view.known.numbers(view.operands[i]);
  throw refineErrorAt(view.call, { message: assertionMessage(view.call, numbersOf) });
};

/** An operand whose shape is told beside it. */
const wrapper: Rule = ({ operands }) => [operands[0]!];

const dynamicTopK: Rule = ({ operands, known, builder }) => {
  const k = known.numbers(operands[1]!)?.[0];
  if (k === undefined) return undefined;
  return builder.create("chlo.top_k", [operands[0]!], { k }).results;
};

const rngBits: Rule = ({ call, operands, known, builder }) => {
  const sizes = known.numbers(operands[1]!);
  const algorithm = call.extra.get("rng_algorithm");
  if (sizes === undefined || algorithm?.kind !== "enum") return undefined;
  const { element } = call.results[1]!.type as TensorType;
  const results = [operands[0]!.type, tensorType(sizes, element)];
  const attributes = { rng_algorithm: algorithm.value as "DEFAULT" | "PHILOX" | "THREE_FRY" };
  return builder.create("stablehlo.rng_bit_generator", [operands[0]!], attributes, { results }).results;
};

/** Inputs, as many initial values, and five lists: sizes, strides, dilations of base and window, padding. */
const reduceWindow: Rule = ({ call, operands, known, builder, module }) => {
  const lists = operands.slice(-5).map((value) => known.numbers(value));
  const callee = findFunction(module, call.attributes.called_computations?.[0] ?? "");
  const body = callee && bodyOf(callee);
  if (lists.includes(undefined) || callee === undefined || body === undefined) return undefined;
  const [sizes, strides, baseDilations, windowDilations, padding] = lists as readonly (readonly number[])[];
  const attributes = {
    window_dimensions: sizes!,
    window_strides: strides!,
    base_dilations: baseDilations!,
    window_dilations: windowDilations!,
    padding: { shape: [padding!.length / 2, 2], values: padding! },
  };
  const regions = [bodyAsRegion(body, builder)];
  return builder.create("stablehlo.reduce_window", operands.slice(0, -5), attributes, { regions }).results;
};

/** A function's body as the region of an op. */
function bodyAsRegion(body: Block, builder: Builder): Region {
  const types = body.arguments.map(({ type }) => type);
  return builder.region(types, (args, inner) => {
    const map: ValueMap = new Map(body.arguments.map((argument, i) => [argument, args[i]!]));
    for (const operation of body)
      if (operation !== body.last) insertOperation(cloneOperation(operation, map), inner.block);
    inner.create(
      "stablehlo.return",
      returnedValues(body).map((value) => map.get(value) ?? value),
      {},
    );
  });
}

const rules: Readonly<Record<string, Rule>> = {
  shape_assertion: assertion,
  "indices.shape_refinement_operand_wrapper": wrapper,
  "stablehlo.shape_refinement_operand_wrapper": wrapper,
  "stablehlo.dynamic_reduce_window": reduceWindow,
  "stablehlo.dynamic_rng_bit_generator": rngBits,
  "stablehlo.dynamic_top_k": dynamicTopK,
};

/** Targets of calls that a static program has no need of. */
export const customCallsOfShapes: ReadonlySet<string> = new Set(Object.keys(rules));

/** A call that stands for an op, as the op: the shapes of its results follow from its operands'. */
const decoded: Rule = ({ call, operands, builder }) => {
  const op = encodedOp(call);
  if (op === undefined) return undefined;
  return builder.create(op.name, operands, op.attributes as never, { extra: op.extra }).results;
};

/** The values of a call about shapes without it; undefined for any other call, and while something is not known. */
export const withoutCall: Rule = (view) =>
  (ownValue(rules, view.call.attributes.call_target_name) ?? decoded)(view);

const shapeOperands = "indices_of_shape_operands";

/** The places of the operands that are the shapes of a call's results, in order; undefined where it has none. */
function shapePlaces({ extra }: Operation): readonly number[] | undefined {
  const attribute = extra.get(shapeOperands);
  if (attribute?.kind !== "elements") return undefined;
  const count = elementCount(attribute.value.type.shape);
  return Array.from({ length: count }, (_, i) => numberAt(attribute.value, i));
}

/** The tensors of a type, those of nested tuples one after the other. */
const tensorsIn = (type: Type): readonly Type[] =>
  type.kind === "tuple" ? type.elements.flatMap(tensorsIn) : [type];

/** A type of the same elements, each tensor of the next shape. */
function withShapes(type: Type, next: () => readonly number[]): Type {
  if (type.kind === "tuple") return tupleType(type.elements.map((element) => withShapes(element, next)));
  return tensorType(next(), (type as TensorType).element);
}

/** A call of other code that is given the shapes of its results, without them: its results are then of these shapes. */
export const withoutShapeOperands: Rule = ({ call, operands, known, builder }) => {
  const places = shapePlaces(call);
  const types = call.results.map(({ type }) => type);
  if (places === undefined || places.length !== types.flatMap(tensorsIn).length) return undefined;
  const shapes = places.flatMap((place) => {
    const sizes = operands[place] && known.numbers(operands[place]);
    return sizes === undefined ? [] : [sizes];
  });
  if (shapes.length < places.length) return undefined;
  const rest = shapes.values();
  const results = types.map((type) => withShapes(type, () => rest.next().value!));
  const kept = <T>(items: readonly T[]): readonly T[] => items.filter((_, i) => !places.includes(i));
  const { operand_layouts: layouts } = call.attributes;
  const attributes = {
    ...call.attributes,
    ...(layouts === undefined ? {} : { operand_layouts: kept(layouts) }),
  };
  const extra = new Map([...call.extra].filter(([name]) => name !== shapeOperands));
  return builder.create("stablehlo.custom_call", kept(operands), attributes, { results, extra }).results;
};
