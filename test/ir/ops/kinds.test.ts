import { describe, expect, test } from "vitest";
import { elementsFromNumbers } from "../../../src/ir/elements.js";
import { chloComparisonDirection, comparisonDirection, precisionConfig } from "../../../src/ir/ops/enums.js";
import * as kinds from "../../../src/ir/ops/kinds.js";
import * as structs from "../../../src/ir/ops/structs.js";
import { functionType, scalarType, tensorType } from "../../../src/ir/types.js";

const i32 = scalarType("i32");

/** A kind, a value of it, a value that is not, and an attribute that is not. */
const samples: readonly (readonly [kinds.AttributeKind<never, boolean>, unknown, unknown])[] = [
  [kinds.i64, 3, 3.5],
  [kinds.i32, -3, "3"],
  [kinds.ui32, 7, null],
  [kinds.anyUi64, 7, -1],
  [kinds.anyUi64, 2n ** 64n - 1n, 2n ** 64n],
  [kinds.anyI64, -(2n ** 63n), 2n ** 63n],
  [kinds.anyI64Array, [1, 2n ** 63n - 1n], [1n]],
  [kinds.denseI64, { shape: [1, 2], values: [-(2n ** 63n), 3] }, { shape: [1, 1], values: [1.5] }],
  [structs.channelHandle, { handle: 2n ** 62n, type: 1 }, { handle: 2n ** 63n, type: 1 }],
  [kinds.f32, 0.5, "0.5"],
  [kinds.f64, 1e-4, undefined],
  [kinds.bool, true, 1],
  [kinds.unit, true, false],
  [kinds.string, "x", 1],
  [kinds.symbol, "f", 1],
  [kinds.symbolArray, ["f", "g"], ["f", 1]],
  [kinds.i64Array, [1, -2], [1.5]],
  [kinds.boolArray, [true, false], [1]],
  [kinds.denseI64, { shape: [1, 2], values: [3, 4] }, { shape: [1] }],
  [kinds.elements, elementsFromNumbers(tensorType([2], "f32"), [1, 2]), {}],
  [kinds.attribute, { kind: "unit" }, 3],
  [kinds.attributeArray, [{ kind: "unit" }], [3]],
  [kinds.dictionary, new Map([["a", { kind: "unit" }]]), {}],
  [kinds.dictionaryArray, [new Map()], [{}]],
  [kinds.functionTypeKind, functionType([tensorType([], "f32")], []), tensorType([], "f32")],
  [comparisonDirection, "LT", "lt"],
  [precisionConfig, ["DEFAULT", "HIGHEST"], ["LOW"]],
  [kinds.either(kinds.string, kinds.dictionary), "text", 3],
  [kinds.either(kinds.string, kinds.dictionary), new Map(), 3],
  [structs.channelHandle, { handle: 1, type: 0 }, { handle: 1 }],
  [structs.resultAccuracy, { atol: 0, rtol: 0.5, ulps: 2, mode: "TOLERANCE" }, { mode: "TOLERANCE" }],
  [
    structs.outputOperandAlias,
    { output_tuple_indices: [], operand_index: 1, operand_tuple_indices: [0] },
    { operand_index: 1 },
  ],
  [
    structs.gatherDimensionNumbers,
    {
      offset_dims: [1],
      collapsed_slice_dims: [],
      operand_batching_dims: [],
      start_indices_batching_dims: [],
      start_index_map: [0],
      index_vector_dim: 0,
    },
    { offset_dims: 1 },
  ],
  [
    structs.dotAlgorithm,
    {
      lhs_precision_type: "bf16",
      rhs_precision_type: "bf16",
      accumulation_type: "f32",
      lhs_component_count: 1,
      rhs_component_count: 1,
      num_primitive_operations: 3,
      allow_imprecise_accumulation: false,
    },
    { lhs_precision_type: "i8" },
  ],
  [
    structs.replicaGroups,
    { mesh: { kind: "symbol", path: ["mesh"] }, axes: [{ kind: "string", value: "x" }] },
    { mesh: 1 },
  ],
  [structs.replicaGroups, { shape: [1, 2], values: [0, 1] }, { shape: [1, 2] }],
] as never;

describe("attribute kinds", () => {
  test.each(samples)("%s survives its MLIR attribute", (kind, value, wrong) => {
    expect(kind.schema.safeParse(value).success).toBe(true);
    expect(kind.schema.safeParse(wrong).success).toBe(false);
    expect(kind.fromAttribute(kind.toAttribute(value as never))).toEqual(value);
    expect(kind.fromAttribute({ kind: "opaque", text: "#x" })).toEqual(
      kind === (kinds.attribute as never) ? { kind: "opaque", text: "#x" } : undefined,
    );
  });

  test("an integer of another width is not taken", () => {
    expect(kinds.i64.fromAttribute({ kind: "integer", value: 3n, type: i32 })).toBeUndefined();
    expect(kinds.i32.fromAttribute({ kind: "integer", value: 3n, type: i32 })).toBe(3);
  });

  test("an integer beyond 2^53 is not taken for another", () => {
    const beyond = { kind: "integer", value: 2n ** 60n, type: scalarType("i64") } as const;
    expect(kinds.i64.fromAttribute(beyond)).toBeUndefined();
  });

  test("fields at their default are not written, and come back", () => {
    const numbers = {
      lhs_batching_dimensions: [],
      rhs_batching_dimensions: [],
      lhs_contracting_dimensions: [1],
      rhs_contracting_dimensions: [0],
    };
    const attribute = structs.dotDimensionNumbers.toAttribute(numbers);
    expect(attribute).toMatchObject({ kind: "struct", name: "dot" });
    expect(attribute.kind === "struct" && [...attribute.fields.keys()]).toEqual([
      "lhs_contracting_dimensions",
      "rhs_contracting_dimensions",
    ]);
    expect(structs.dotDimensionNumbers.fromAttribute(attribute)).toEqual(numbers);
  });

  test("an enum or a struct of another dialect is not taken", () => {
    const direction = {
      kind: "enum",
      dialect: "stablehlo",
      name: "comparison_direction",
      value: "LT",
    } as const;
    expect(comparisonDirection.fromAttribute(direction)).toBe("LT");
    expect(chloComparisonDirection.fromAttribute(direction)).toBeUndefined();
    const channel = structs.channelHandle.toAttribute({ handle: 1, type: 2 });
    expect(structs.channelHandle.fromAttribute(channel)).toEqual({ handle: 1, type: 2 });
    expect(
      structs.channelHandle.fromAttribute({ ...channel, dialect: "mhlo" } as typeof channel),
    ).toBeUndefined();
  });

  test("a struct with a missing field that has no default is not taken", () => {
    const fields = new Map([["handle", { kind: "integer", value: 1n, type: scalarType("i64") } as const]]);
    expect(
      structs.channelHandle.fromAttribute({
        kind: "struct",
        dialect: "stablehlo",
        name: "channel_handle",
        fields,
      }),
    ).toBeUndefined();
  });
});
