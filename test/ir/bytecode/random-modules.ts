/** Random modules from the op table: operations with attributes of their kinds, of no meaning otherwise. */
import fc from "fast-check";
import type { z } from "zod";
import type { Attribute } from "../../../src/ir/attribute.js";
import { rawElements } from "../../../src/ir/elements.js";
import type { Location } from "../../../src/ir/location.js";
import type { Operation, Region, Value } from "../../../src/ir/operation.js";
import type { OpDefinition } from "../../../src/ir/ops/define.js";
import { findOp } from "../../../src/ir/ops/index.js";
import type { AttributeKind } from "../../../src/ir/ops/kinds.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "../../../src/ir/rewriter.js";
import {
  byteWidth,
  DYNAMIC,
  elementCount,
  functionType,
  quantizedType,
  scalarType,
  type ScalarType,
  tensorType,
  tokenType,
  tupleType,
  type Type,
} from "../../../src/ir/types.js";

const size = fc.integer({ min: 0, max: 3 });
const scalars: readonly ScalarType[] = [
  "i1",
  "i2",
  "i4",
  "i8",
  "ui16",
  "i32",
  "i64",
  "ui64",
  "f16",
  "bf16",
  "f32",
];
const moreScalars: readonly ScalarType[] = ["f64", "f8E4M3FN", "f4E2M1FN", "complex<f32>", "complex<f64>"];

const element = fc.oneof(
  fc.constantFrom(...scalars, ...moreScalars),
  fc.constant(quantizedType({ storage: "i8", expressed: "f32", scales: [0.5], zeroPoints: [3] })),
);

const tensor = fc
  .tuple(fc.array(fc.oneof(size, fc.constant(DYNAMIC)), { maxLength: 3 }), element, fc.boolean())
  .map(([shape, of, isBounded]) =>
    isBounded && shape.length > 0
      ? tensorType(
          shape,
          of,
          shape.map((n) => n + 1),
        )
      : tensorType(shape, of),
  );

export const anyType: fc.Arbitrary<Type> = fc.oneof(
  { weight: 8, arbitrary: tensor },
  { weight: 1, arbitrary: fc.constant(tokenType) },
  { weight: 1, arbitrary: tensor.map((type) => tupleType([type, tokenType])) },
);

const constant = fc
  .tuple(fc.array(size, { maxLength: 3 }), fc.constantFrom(...scalars, ...moreScalars))
  .chain(([shape, of]) => {
    const length = elementCount(shape) * byteWidth(of);
    // Below the width of the narrowest type: a bit pattern of any.
    const byte = fc.integer({ min: 0, max: of === "i1" ? 1 : 3 });
    return fc
      .array(byte, { minLength: length, maxLength: length })
      .map((data) => rawElements(tensorType(shape, of), Uint8Array.from(data)));
  });

const text = fc.string({ unit: "grapheme", maxLength: 6 });
/** Often 0 or 1, which is what most absent attributes stand for. */
const integer = fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));

/** Attributes that an operation may carry beside its own. */
const attribute: fc.Arbitrary<Attribute> = fc.letrec<{ attribute: Attribute }>((tie) => ({
  attribute: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text.map((value): Attribute => ({ kind: "string", value })),
    fc.boolean().map((value): Attribute => ({ kind: "bool", value })),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((value): Attribute => ({ kind: "integer", value, type: scalarType("i64") })),
    fc.float({ noNaN: true }).map((value): Attribute => ({ kind: "float", value, type: scalarType("f32") })),
    fc.double({ noNaN: true }).map((value): Attribute => ({ kind: "float", value, type: scalarType("f64") })),
    anyType.map((type): Attribute => ({ kind: "type", type })),
    constant.map((value): Attribute => ({ kind: "elements", value })),
    fc.array(tie("attribute"), { maxLength: 3 }).map((items): Attribute => ({ kind: "array", items })),
    fc.dictionary(text, tie("attribute"), { maxKeys: 3 }).map(
      (entries): Attribute => ({
        kind: "dictionary",
        entries: sorted(entries),
      }),
    ),
  ),
})).attribute;

const sorted = (entries: Readonly<Record<string, Attribute>>): ReadonlyMap<string, Attribute> =>
  new Map(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));

const dictionary = fc.dictionary(text, attribute, { maxKeys: 2 }).map(sorted);

/** An i64 that is no number. */
const large = fc
  .oneof(fc.bigInt(2n ** 53n, 2n ** 63n - 1n), fc.bigInt(-(2n ** 63n), -(2n ** 53n)))
  .filter((value) => !Number.isSafeInteger(Number(value)));

/** Kinds whose values a schema does not describe. */
const special: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  elements: constant,
  attribute,
  dictionary,
  "attribute[]": fc.array(attribute, { maxLength: 2 }),
  "dictionary[]": fc.array(dictionary, { maxLength: 2 }),
  "function type": fc
    .tuple(fc.array(anyType, { maxLength: 2 }), fc.array(anyType, { maxLength: 2 }))
    .map(([a, b]) => functionType(a, b)),
  "string or dictionary": fc.oneof(text, dictionary),
  "dense i64": matrix(),
  "dense i64 or replica_group_mesh_axes": matrix(),
  f32: fc.float({ noNaN: true }),
  unit: fc.constant(true),
};

function matrix(): fc.Arbitrary<{ shape: number[]; values: (number | bigint)[] }> {
  return fc
    .tuple(size, size)
    .chain(([rows, columns]) =>
      fc
        .array(fc.oneof(integer, large), { minLength: rows * columns, maxLength: rows * columns })
        .map((values) => ({ shape: [rows, columns], values })),
    );
}

interface Schema {
  readonly def: {
    readonly type: string;
    readonly options?: readonly Schema[];
    readonly innerType?: Schema;
    readonly element?: Schema;
    readonly shape?: Readonly<Record<string, Schema>>;
    readonly entries?: Readonly<Record<string, string>>;
  };
}

/** Values that a schema of an attribute kind accepts. */
function valuesOf({ def }: Schema): fc.Arbitrary<unknown> {
  switch (def.type) {
    case "number":
      return integer;
    case "boolean":
      return fc.boolean();
    case "bigint":
      return large;
    case "union":
      return fc.oneof(...def.options!.map(valuesOf));
    case "string":
      return text;
    case "readonly":
      return valuesOf(def.innerType!);
    case "array":
      return fc.array(valuesOf(def.element!), { maxLength: 3 });
    case "enum":
      return fc.constantFrom(...Object.values(def.entries!));
    case "object":
      return fc.record(
        Object.fromEntries(Object.entries(def.shape!).map(([name, field]) => [name, valuesOf(field)])),
      );
    case "custom":
      // The types of a dot algorithm.
      return fc.constantFrom(...scalars);
    default:
      throw new Error(`no values for a schema of type ${def.type}`);
  }
}

const arbitraryOf = (kind: AttributeKind): fc.Arbitrary<unknown> =>
  special[kind.name] ?? valuesOf(kind.schema as unknown as Schema & z.ZodType);

/** Attributes whose values are numbered, or that must be given. */
const narrowed: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  api_version: fc.integer({ min: 0, max: 4 }),
  window_dimensions: fc.array(integer, { maxLength: 3 }),
  // One kind of layout alone is no program.
  operand_layouts: fc.array(attribute, { minLength: 1, maxLength: 2 }),
  result_layouts: fc.array(attribute, { minLength: 1, maxLength: 2 }),
};
const required: ReadonlySet<string> = new Set(["window_dimensions", "operand_layouts", "result_layouts"]);

function attributesOf(definition: OpDefinition): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(definition.attributes).map(([name, kind]) => {
    const value = narrowed[name] ?? arbitraryOf(kind);
    return [
      name,
      kind.optional && !required.has(name) ? fc.option(value, { nil: undefined }) : value,
    ] as const;
  });
  return fc
    .record(Object.fromEntries(entries))
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));
}

export const anyLocation: fc.Arbitrary<Location> = fc.letrec<{ location: Location }>((tie) => ({
  location: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant<Location>({ kind: "unknown" }),
    fc.record({ kind: fc.constant("file" as const), file: text, line: fc.nat(), column: fc.nat() }),
    fc.record({ kind: fc.constant("name" as const), name: text, child: tie("location") }),
    fc.record({ kind: fc.constant("callsite" as const), callee: tie("location"), caller: tie("location") }),
    fc.record({ kind: fc.constant("fused" as const), children: fc.array(tie("location"), { maxLength: 3 }) }),
  ),
})).location;

/** One operation to be, with as many operands as there are values of the argument types. */
export interface OperationPlan {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  readonly extra: ReadonlyMap<string, Attribute>;
  readonly resultTypes: readonly Type[];
  readonly operands: readonly number[];
  readonly location: Location;
  /** Whether the regions use a value from outside. */
  readonly isOpen: boolean;
}

export const planOf = (definition: OpDefinition): fc.Arbitrary<OperationPlan> =>
  fc.record({
    name: fc.constant(definition.name),
    attributes: attributesOf(definition),
    extra: dictionary,
    resultTypes: fc.array(anyType, { maxLength: 2 }),
    operands: fc.array(fc.nat(), { maxLength: 3 }),
    location: anyLocation,
    isOpen: fc.boolean(),
  });

function regionsOf({ name, isOpen, location }: OperationPlan, values: readonly Value[]): Region[] {
  return (findOp(name)!.regions ?? []).map(() => {
    const block = makeBlock([tensorType([2], "f32")], [], [location]);
    const operands = isOpen ? [values[0]!, block.arguments[0]!] : [block.arguments[0]!];
    insertOperation(makeOperation({ name: "stablehlo.return", operands }), block);
    return makeRegion([block]);
  });
}

/** A module with one function of the planned operations; nothing of it is verified. */
export function moduleOf(plans: readonly OperationPlan[], argumentTypes: readonly Type[]): Operation {
  const block = makeBlock(argumentTypes);
  const values: Value[] = [...block.arguments];
  for (const plan of plans) {
    const { name, attributes, extra, resultTypes, location } = plan;
    const operands = plan.operands.map((n) => values[n % values.length]!);
    const regions = regionsOf(plan, values);
    const operation = makeOperation({
      name,
      operands,
      attributes,
      extra,
      resultTypes,
      regions,
      location,
    });
    insertOperation(operation, block);
    values.push(...operation.results);
  }
  insertOperation(makeOperation({ name: "func.return", operands: [values.at(-1)!] }), block);
  const signature = functionType(argumentTypes, [values.at(-1)!.type]);
  const body = makeBlock([]);
  const attributes = { sym_name: "main", function_type: signature };
  insertOperation(makeOperation({ name: "func.func", attributes, regions: [makeRegion([block])] }), body);
  return makeOperation({ name: "builtin.module", regions: [makeRegion([body])] });
}
