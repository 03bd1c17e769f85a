/** @file op: any operation of StableHLO, CHLO or an added dialect, by its name; the door to what has no function of its own here. */
import type { CreateOptions } from "../ir/builder.js";
import type { Operation, Region, Value } from "../ir/operation.js";
import type { AttributesOf, AttributeTable, OpDefinition } from "../ir/ops/define.js";
import { type Attributes, findOp, hasTrait, opNames, type OpName } from "../ir/ops/index.js";
import { DYNAMIC, formatType, isQuantized, type TensorType, tensorType, type Type } from "../ir/types.js";
import { didYouMean } from "../support/suggest.js";
import { checkList } from "./align.js";
import { type Axis, type DType, sizesOf } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import type { AnyTensor } from "./records.js";
import { type Spec, type TensorOf, typeOfSpec } from "./spec.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";
import { checkOptions } from "../support/options.js";

/** A value of a program that is no tensor with axes: a token, a tuple, a tensor of unknown size or quantised elements. `op` takes and gives them. */
export class Opaque {
  constructor(readonly value: Value) {}

  get type(): Type {
    return this.value.type;
  }

  toString(): string {
    return formatType(this.type);
  }
}

/** What operations take. Axes count by their order here: operand dimension i is axis i. */
export type Operand = TensorData | Opaque;

/** What a result is: its axes by name (sizes are inferred) or with sizes, and its element type, which is inferred unless given. */
interface NamedResult {
  readonly axes: readonly (string | Axis)[];
  readonly dtype?: DType;
}

/** A result: named axes, a type of the IR, or `"opaque"`, which takes what is inferred as it is. */
export type ResultOf = NamedResult | Type | "opaque";

type AxisNames<L> = L extends readonly (infer E)[]
  ? E extends string
    ? E
    : E extends Axis<infer N>
      ? N
      : never
  : never;

/** The value that a result is. */
type ValueOf<R> = R extends { readonly axes: infer L }
  ? Tensor<AxisNames<L>, R extends { readonly dtype: infer D extends DType } ? D : DType>
  : Opaque;

/** The code of an operation: what its body takes, and what that returns. */
export interface Body {
  readonly takes: readonly (Spec | Type)[];
  readonly gives: (...values: never[]) => readonly Operand[];
}

type Taken<S> = S extends readonly [infer First, ...infer Rest]
  ? [First extends Spec ? TensorOf<First> : Opaque, ...Taken<Rest>]
  : [];

/** A body of an operation: `body([spec([], "f32"), spec([], "f32")], (a, b) => [a.add(b)])`. */
export const body = <const S extends readonly (Spec | Type)[]>(
  takes: S,
  gives: (...values: Taken<S>) => readonly Operand[],
): Body => ({ takes, gives: gives as Body["gives"] });

interface OpOptions {
  /** The code inside, in the op table's order. */
  readonly bodies?: readonly Body[];
}

const isType = (given: object): given is Type => "kind" in given;

/** The type that is asked for, where all of it is said. */
function requestedType(given: ResultOf): Type | undefined {
  if (given === "opaque") return undefined;
  if (isType(given)) return given;
  const { axes, dtype } = given;
  if (dtype === undefined || axes.some((axis) => typeof axis === "string")) return undefined;
  return tensorType(sizesOf(axes as readonly Axis[]), dtype);
}

/** Whether tensors of the DSL can have this type. */
const isPlain = (type: Type): type is TensorType & { readonly element: DType } =>
  type.kind === "tensor" && !type.shape.includes(DYNAMIC) && !isQuantized(type.element);

const shownResult = ({ axes, dtype }: NamedResult): string =>
  `[${axes.map((axis) => (typeof axis === "string" ? axis : `${axis.name} ${axis.size}`)).join(", ")}]${dtype === undefined ? "" : ` ${dtype}`}`;

/** A result as the author names it. @throws ShapeError when it is another */
function named(name: string, value: Value, given: ResultOf): Operand {
  if (given === "opaque" || isType(given)) return new Opaque(value);
  const { type } = value;
  const fits =
    isPlain(type) &&
    type.shape.length === given.axes.length &&
    (given.dtype === undefined || given.dtype === type.element) &&
    given.axes.every((axis, i) => typeof axis === "string" || axis.size === type.shape[i]);
  if (!fits) {
    throw new ShapeError({
      message: `op: the result of ${name} is not what was said of it`,
      expected: shownResult(given),
      got: formatType(type),
      hint: isPlain(type)
        ? "an axis by its name alone takes the size that is inferred"
        : 'take it as "opaque"',
    });
  }
  const axes = given.axes.map((axis, i) =>
    typeof axis === "string" ? { name: axis, size: type.shape[i]! } : axis,
  );
  return new Tensor(axes, type.element, value);
}

/** The one result of an operation that says nothing of it: elementwise ones keep the axes of their operands, scalars have none. */
function unnamed(operation: Operation, operands: readonly Operand[]): Operand {
  const [value, ...others] = operation.results;
  const tensors = operands.filter((operand) => operand instanceof Tensor);
  const like = tensors.find(
    ({ axes }) => value !== undefined && isPlain(value.type) && axes.length === value.type.shape.length,
  );
  if (value !== undefined && others.length === 0 && isPlain(value.type)) {
    if (value.type.shape.length === 0) return new Tensor([], value.type.element, value);
    if (hasTrait(operation, "elementwise") && like !== undefined)
      return new Tensor(like.axes, value.type.element, value);
  }
  throw new TraceError({
    message: `op: what ${operation.name} gives has to be named`,
    got: operation.results.map(({ type }) => formatType(type)).join(", ") || "no results",
    hint: 'say its axes: op(name, operands, attributes, { result: { axes: ["batch", "out"] } }), or all of its results: { results: [...] }',
  });
}

function regionOf({ takes, gives }: Body): Region {
  const trace = currentTrace();
  const types = takes.map((each) => (isType(each) ? each : typeOfSpec(each)));
  return builderHere().region(types, (args, inner) => {
    const values = takes.map((each, i) =>
      isType(each) ? new Opaque(args[i]!) : new Tensor(each.axes, each.dtype, args[i]!),
    );
    const results = trace.inBuilder(inner, () => gives(...(values as never[])));
    inner.create(
      "stablehlo.return",
      results.map(({ value }) => value),
      {},
    );
  });
}

/** The declaration of an op, or of one by its name. @throws TraceError for what no value of a program is made by */
function declared(which: string | OpDefinition): OpDefinition {
  const definition = typeof which === "string" ? findOp(which) : which;
  const name = typeof which === "string" ? which : which.name;
  if (definition === undefined) {
    throw new TraceError({
      message: `op: there is no operation ${name}`,
      hint: didYouMean(name, opNames) ?? "docs/ops.md lists them all",
    });
  }
  if (
    !definition.traits.includes("terminator") &&
    !definition.traits.includes("symbol") &&
    name !== "builtin.module"
  )
    return definition;
  throw new TraceError({
    message: `op: ${name} is no part of a computation`,
    hint: definition.traits.includes("terminator")
      ? "a body ends with what it returns"
      : "a program declares its functions by fn(name, body)",
  });
}

function checkOperands(name: string, operands: readonly unknown[]): asserts operands is readonly Operand[] {
  checkList(`op: ${name}`, "the operands", operands, "[x, y]");
  const wrong = operands.findIndex((operand) => !(operand instanceof Tensor || operand instanceof Opaque));
  if (wrong < 0) return;
  throw new TraceError({
    message: `op: operand ${wrong} of ${name} is no tensor`,
    got: String(operands[wrong]),
    hint: 'make numbers tensors: fill(1, [], "f32"), constant([1, 2], [axis], "f32")',
  });
}

/** Attributes of other dialects (`mhlo.sharding`) may stand at any operation; of others nothing would be known. */
function checkAttributes({ name, attributes: known }: OpDefinition, given: object): void {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key) && !key.includes("."));
  if (unknown === undefined) return;
  const names = Object.keys(known);
  throw new TraceError({
    message: `op: ${name} has no attribute "${unknown}"`,
    expected: names.join(", ") || "none",
    hint: didYouMean(unknown, names),
  });
}

/**
 * Any operation of StableHLO or CHLO (names and attributes as in the specification), or of an added dialect by its declaration. Operands go
 * in as they are: their axes count by order, and are not aligned. Result types are inferred and verified by the op table; where the
 * specification has them as an input (`reshape`, `iota`, `custom_call` ...), `result` says all of them.
 *
 * Without a `result`, an elementwise operation keeps its operands' axes.
 * @throws VerifyError when the operation breaks a rule of the specification, naming it and the author's line; TraceError for an unknown
 * name, of the operation or of an attribute; ShapeError for a result that is not what was said
 */
export function op<K extends OpName, const R extends ResultOf>(
  name: K,
  operands: readonly Operand[],
  attributes: Attributes<K>,
  options: OpOptions & { readonly result: R },
): ValueOf<R>;
export function op<K extends OpName, const R extends readonly ResultOf[]>(
  name: K,
  operands: readonly Operand[],
  attributes: Attributes<K>,
  options: OpOptions & { readonly results: R },
): { readonly [I in keyof R]: ValueOf<R[I]> };
export function op<K extends OpName>(
  name: K,
  operands: readonly Operand[],
  attributes?: Attributes<K>,
  options?: OpOptions,
): AnyTensor;
export function op<Name extends string, A extends AttributeTable, const R extends ResultOf>(
  definition: OpDefinition<Name, A>,
  operands: readonly Operand[],
  attributes: AttributesOf<A>,
  options: OpOptions & { readonly result: R },
): ValueOf<R>;
export function op<Name extends string, A extends AttributeTable, const R extends readonly ResultOf[]>(
  definition: OpDefinition<Name, A>,
  operands: readonly Operand[],
  attributes: AttributesOf<A>,
  options: OpOptions & { readonly results: R },
): { readonly [I in keyof R]: ValueOf<R[I]> };
export function op(
  which: string | OpDefinition,
  operands: readonly Operand[],
  attributes: object = {},
  options: OpOptions & { readonly result?: ResultOf; readonly results?: readonly ResultOf[] } = {},
): unknown {
  checkOptions("op", options, { bodies: true, result: true, results: true });
  const { bodies = [], result, results } = options;
  const definition = declared(which);
  const { name } = definition;
  checkOperands(name, operands);
  checkAttributes(definition, attributes);
  const regions = bodies.map(regionOf);
  const wanted = result === undefined ? results : [result];
  const requested = wanted?.map(requestedType) ?? [];
  const asked: CreateOptions = {
    regions,
    ...(requested.length > 0 && !requested.includes(undefined) ? { results: requested as Type[] } : {}),
  };
  const values = operands.map(({ value }) => value);
  const operation: Operation = builderHere().createOf(definition, values, attributes as never, asked);
  if (wanted === undefined) return unnamed(operation, operands);
  if (wanted.length !== operation.results.length) {
    throw new TraceError({
      message: `op: ${name} has ${operation.results.length} results, and ${wanted.length} are named`,
      got: operation.results.map(({ type }) => formatType(type)).join(", ") || "no results",
    });
  }
  const made = wanted.map((given, i) => named(name, operation.results[i]!, given));
  return result === undefined ? made : made[0];
}
