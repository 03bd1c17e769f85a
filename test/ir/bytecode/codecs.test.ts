/** Every attribute and type of the tables: exact bytes for a sample of each, and back. */
import { describe, expect, test } from "vitest";
import { builtinAttributes as builtin, builtinTypes } from "../../../src/ir/bytecode/builtin.js";
import { ByteReader } from "../../../src/ir/bytecode/byte-reader.js";
import { ByteWriter } from "../../../src/ir/bytecode/byte-writer.js";
import type { Codec, Entity, FieldValue } from "../../../src/ir/bytecode/entity.js";
import { affineAttributes as affine } from "../../../src/ir/bytecode/affine.js";
import {
  mhloAttributes as mhlo,
  mhloEnums,
  mhloStructs,
  mhloTypes,
} from "../../../src/ir/bytecode/mhlo-codecs.js";
import { codecs } from "../../../src/ir/bytecode/schema.js";
import { sdyAttributes as sdy } from "../../../src/ir/bytecode/sdy-codecs.js";
import {
  chloEnums as chlo,
  quantTypes as quant,
  stablehloEnums as enums,
  stablehloStructs as structs,
  stablehloTypes,
} from "../../../src/ir/bytecode/stablehlo-codecs.js";
import {
  vhloAttributes as vhlo,
  vhloEnums,
  vhloScalars,
  vhloTypes,
} from "../../../src/ir/bytecode/vhlo-codecs.js";

const scalar = (name: keyof typeof vhloScalars): Entity => ({ codec: vhloScalars[name], values: [] });
/** What stands for attribute 0, attribute 1 and some types, by number. */
const a: Entity = { codec: builtin.unit as Codec, values: [] };
const b: Entity = { codec: builtin.unknown as Codec, values: [] };
const i1: Entity = { codec: builtinTypes.integer as unknown as Codec, values: [4] };
const types = [scalar("i64"), scalar("f32"), scalar("i8"), scalar("f64"), i1];
const [i64, f32, i8, f64] = types as [Entity, Entity, Entity, Entity];
const attributes = [a, b];

type Sample = readonly [codec: unknown, values: readonly FieldValue[], bytes: string];

/** Fields after the code; `a` is attribute 0, `b` 1; types are numbered as in `types`. */
const samples: readonly Sample[] = [
  [builtin.array, [[a, b]], "01 05 01 03"],
  [builtin.dictionary, [[[a, b]]], "03 03 01 03"],
  [builtin.string, ["x"], "05 01"],
  [builtin.typedString, ["x", f32], "07 01 03"],
  [builtin.symbol, [b], "09 03"],
  [builtin.nestedSymbol, [a, [b]], "0b 01 03 03"],
  [builtin.type, [f32], "0d 03"],
  [builtin.unit, [], "0f"],
  [builtin.integer, [i1, 1n], "11 09 01"],
  [builtin.float, [f32, 0xbfc00000n], "13 03 10 00 00 f0 2f"],
  [builtin.callSite, [a, b], "15 01 03"],
  [builtin.filePosition, [a, 3, 4], "17 01 07 09"],
  [builtin.fused, [[a, b]], "19 05 01 03"],
  [builtin.fusedWithMetadata, [[a], b], "1b 03 01 03"],
  [builtin.name, [a, b], "1d 01 03"],
  [builtin.unknown, [], "1f"],
  [builtin.resource, [f32, ["x", 8, undefined]], "21 03 01"],
  [
    builtin.denseArray,
    [i64, 1, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)],
    "23 01 03 11 01 00 00 00 00 00 00 00",
  ],
  [builtin.elements, [f32, Uint8Array.of(0, 0, 128, 63)], "25 03 09 00 00 80 3f"],
  [builtin.sparse, [f32, a, b], "29 03 01 03"],
  [builtin.distinct, [a], "2b 01"],
  [builtin.fileRange, [a, []], "2d 01 01"],
  [builtin.fileRange, [a, [1, 2, 3]], "2d 01 07 03 05 07"],
  [builtinTypes.integer, [32 * 4 + 2], "01 0a 02"],
  [builtinTypes.index, [], "03"],
  [builtinTypes.function, [[f32], []], "05 03 03 01"],
  [builtinTypes.bf16, [], "07"],
  [builtinTypes.f16, [], "09"],
  [builtinTypes.f32, [], "0b"],
  [builtinTypes.f64, [], "0d"],
  [builtinTypes.f80, [], "0f"],
  [builtinTypes.f128, [], "11"],
  [builtinTypes.complex, [f32], "13 03"],
  [builtinTypes.buffer, [[2n, 3n], f32, a], "15 05 09 0d 03 01"],
  [builtinTypes.bufferInSpace, [a, [2n, 3n], f32, b], "17 01 05 09 0d 03 03"],
  [builtinTypes.none, [], "19"],
  [builtinTypes.tensor, [[2n, 3n], f32], "1b 05 09 0d 03"],
  [builtinTypes.tensorWithEncoding, [a, [2n, 3n], f32], "1d 01 05 09 0d 03"],
  [builtinTypes.tuple, [[f32, i64]], "1f 05 03 01"],
  [builtinTypes.unrankedBuffer, [f32], "21 03"],
  [builtinTypes.unrankedBufferInSpace, [a, f32], "23 01 03"],
  [builtinTypes.unranked, [f32], "25 03"],
  [builtinTypes.vector, [[2n, 3n], f32], "27 05 09 0d 03"],
  [builtinTypes.scalableVector, [[false, true], [2n, 4n], f32], "29 05 00 01 05 09 11 03"],
  [affine.map, [[1, 0]], "2f 09"],
  [affine.map, [[2, 1, [1, 0]]], "2f 13 03 01"],
  [affine.map, [[2, 2, [0]]], "2f 15 03 01"],
  [affine.map, [[1, 3, 1, [[3, [0, 0], [1, 0]]]]], "2f 0f 03 03 07 01 01 03 01"],
  [affine.set, [[1, 0, [[3, [0, 0], [2, -1n]]], [false]]], "31 03 01 03 07 01 01 05 03 00"],
  [affine.strided, [3n, [1n, 2n]], "33 0d 05 05 09"],
  [vhlo.array, [[a]], "03 03 01"],
  [vhlo.bool, [true], "05 03"],
  [vhlo.apiVersion, ["API_VERSION_TYPED_FFI"], "0b 09"],
  [vhlo.dictionary, [[[a, b]]], "0d 03 01 03"],
  [vhlo.float, [f64, 0n], "11 07 01"],
  [vhlo.integer, [i8, 0xf9n], "13 05 f9"],
  [vhlo.outputOperandAlias, [[1n], 0n, []], "15 03 05 01 01"],
  [vhlo.string, ["x"], "1d 01"],
  [vhlo.tensor, [i64, Uint8Array.of(7)], "1f 01 03 07"],
  [vhlo.type, [i64], "23 01"],
  [vhlo.typeExtensions, [[-(2n ** 63n), 4n]], "25 05 00 ff ff ff ff ff ff ff ff 11"],
  [vhlo.resultAccuracy, [0n, 0n, 2n, b], "29 01 01 09 03"],
  [vhlo.subAxisInfo, [1n, 2n], "2b 05 09"],
  [vhlo.axisRef, [a, b], "2d 01 03 03"],
  [vhlo.replicaGroupMeshAxes, [a, b], "2f 01 03"],
  [vhlo.meshAxis, [a, 2n], "31 01 09"],
  [vhlo.mesh, [a, b], "33 01 07"],
  [vhloEnums.comparison_direction, ["LT"], "07 0b"],
  [vhloEnums.comparison_type, ["TOTALORDER"], "09 05"],
  [vhloEnums.fft_type, ["IRFFT"], "0f 07"],
  [vhloEnums.precision, ["HIGHEST"], "17 05"],
  [vhloEnums.rng_algorithm, ["PHILOX"], "19 05"],
  [vhloEnums.rng_distribution, ["NORMAL"], "1b 05"],
  [vhloEnums.transpose, ["ADJOINT"], "21 07"],
  [vhloEnums.result_accuracy_mode, ["TOLERANCE"], "27 05"],
  [vhloTypes.complex, [f32], "03 03"],
  [vhloTypes.function, [[f32, f32], [f32]], "11 05 03 03 03 03"],
  [vhloTypes.tensor, [[4n], f32], "29 03 11 03"],
  [vhloTypes.tensorWithEncoding, [b, [4n], f32], "2b 03 03 11 03"],
  [vhloTypes.token, [], "2d"],
  [vhloTypes.tuple, [[f32]], "2f 03 03"],
  [vhloTypes.quantised, [1, i8, f32, 0n, 3n, -128n, 127n], "31 03 05 03 01 0d fe 03 fa 03"],
  [vhloTypes.unranked, [f32], "33 03"],
  [vhloTypes.witness, [], "35"],
  [vhloTypes.quantisedPerAxis, [1, i8, f32, 0, -8n, 7n, [0n], [0n]], "3d 03 05 03 01 1f 1d 03 01 03 01"],
  [vhloTypes.none, [], "43"],
  [vhloTypes.buffer, [[4n], f32], "53 03 11 03"],
  [vhloTypes.future, [[f32]], "55 03 03"],
  [structs.channel_handle, [1n, -2n], "03 05 07"],
  [structs.conv, [0n, 1n, [2n], 0n, 1n, [], 0n, 2n, [1n]], "09 01 05 03 09 01 05 01 01 09 03 05"],
  [structs.dot, [[], [], [1n], [0n, 2n]], "0b 01 01 03 05 05 01 09"],
  [structs.gather, [[1n], [], [], [], [0n], 1n], "0f 03 05 01 01 01 03 01 05"],
  [structs.scatter, [[1n], [], [], [], [0n], 1n], "17 03 05 01 01 01 03 01 05"],
  [structs.type_extensions, [[-(2n ** 63n), 4n]], "1b 05 00 ff ff ff ff ff ff ff ff 11"],
  [structs.output_operand_alias, [[1n], 0n, []], "1d 03 05 01 01"],
  [structs.dot_algorithm, [f32, f32, f64, 1n, 2n, 3n, true], "1f 03 03 07 05 09 0d 01"],
  [structs.result_accuracy, [0n, 0n, 2n, b], "23 01 01 09 03"],
  [structs.replica_group_mesh_axes, [a, [b]], "25 01 03 03"],
  [structs.sub_axis_info, [1n, 2n], "27 05 09"],
  [structs.axis_ref, ["x", b], "29 01 01 03"],
  [structs.mesh_axis, ["x", 2n], "2b 01 09"],
  [structs.mesh, [a, undefined], "2d 01 00"],
  [enums.comparison_direction, ["LT"], "05 0b"],
  [enums.comparison_type, ["TOTALORDER"], "07 05"],
  [enums.fft_type, ["IRFFT"], "0d 07"],
  [enums.precision, ["HIGHEST"], "11 05"],
  [enums.rng_algorithm, ["PHILOX"], "13 05"],
  [enums.rng_distribution, ["NORMAL"], "15 05"],
  [enums.transpose, ["ADJOINT"], "19 07"],
  [enums.result_accuracy_mode, ["TOLERANCE"], "21 05"],
  [chlo.comparison_direction, ["LT"], "01 0b"],
  [chlo.comparison_type, ["TOTALORDER"], "03 05"],
  [stablehloTypes.token, [], "01"],
  [stablehloTypes.future, [[f32]], "03 03 03"],
  [quant.quantised, [1, i8, f32, 0n, 3n, -128n, 127n], "09 03 05 03 01 0d fe 03 fa 03"],
  [quant.quantisedPerAxis, [1, i8, f32, 0, -8n, 7n, [0n], [0n]], "0b 03 05 03 01 1f 1d 03 01 03 01"],
  [mhlo.resultAlias, [[1n], 2n, [], true], "01 03 05 09 01 03"],
  [mhloStructs.channel_handle, [1n, -2n], "03 05 07"],
  [mhloStructs.conv, [0n, 1n, [2n], 0n, 1n, [], 0n, 2n, [1n]], "09 01 05 03 09 01 05 01 01 09 03 05"],
  [mhloStructs.dot, [[], [], [1n], [0n, 2n]], "0b 01 01 03 05 05 01 09"],
  [mhloStructs.gather, [[1n], [], [], [], [0n], 1n], "0f 03 05 01 01 01 03 01 05"],
  [mhloStructs.scatter, [[1n], [], [], [], [0n], 1n], "17 03 05 01 01 01 03 01 05"],
  [mhloStructs.type_extensions, [[4n]], "1b 03 11"],
  [mhloStructs.output_operand_alias, [[1n], 0n, []], "21 03 05 01 01"],
  [mhloStructs.result_accuracy, [0n, 0n, 2n, b], "25 01 01 09 03"],
  [mhloEnums.comparison_direction, ["LT"], "05 0b"],
  [mhloEnums.comparison_type, ["TOTALORDER"], "07 05"],
  [mhloEnums.fft_type, ["IRFFT"], "0d 07"],
  [mhloEnums.precision, ["HIGHEST"], "11 05"],
  [mhloEnums.rng_algorithm, ["PHILOX"], "13 05"],
  [mhloEnums.rng_distribution, ["NORMAL"], "15 05"],
  [mhloEnums.transpose, ["ADJOINT"], "19 07"],
  [mhloEnums.kind, ["sharding"], "1d 01"],
  [mhloEnums.fusion_kind, ["kCustom"], "1f 07"],
  [mhloEnums.result_accuracy_mode, ["TOLERANCE"], "23 05"],
  [mhloTypes.token, [], "01"],
  [mhloTypes.async_bundle, [[f32]], "03 03 03"],
  [mhlo.originalArray, [a, [1n]], "2d 01 03 05"],
  [mhlo.originalElement, [[], undefined], "2f 01 01"],
  [mhlo.originalElement, [[2n], b], "2f 03 09 07"],
  [mhlo.originalValue, [false, [a]], "31 00 03 01"],
  [sdy.manualAxes, [[a]], "01 03 01"],
  [sdy.dimMapping, [[0n, 1n]], "11 05 01 05"],
  [sdy.tensorMapping, [[a, b]], "13 05 01 03"],
  [sdy.shardingRule, [[4n], [a], [b], [0n], [], [], [1n], true], "15 03 11 03 01 03 03 03 01 01 01 03 05 01"],
  [sdy.axisList, [[a]], "17 03 01"],
  [sdy.listOfAxisLists, [[a]], "19 03 01"],
  [sdy.allToAll, [[a], 0n, 1n], "1b 03 01 01 05"],
  [sdy.allToAllList, [[a]], "1d 03 01"],
  [sdy.reducedSharding, [a, [], [], [b], "max"], "23 01 01 01 03 03 05"],
  [sdy.meshAxis, ["x", 2n], "03 01 09"],
  [sdy.mesh, [[a], [1n, 0n]], "05 03 01 05 05 01"],
  [sdy.subAxis, [1n, 2n], "07 05 09"],
  [sdy.axis, ["x", b], "09 01 07"],
  [sdy.dimension, [[a], false, 3], "0b 03 01 00 0f"],
  [sdy.sharding, [a, [b], []], "0d 01 03 03 01"],
  [sdy.perValue, [[a]], "0f 03 01"],
  [sdy.unreducedSharding, [a, [], [], [b]], "1f 01 01 01 03 03"],
  [sdy.perValueUnreduced, [[a]], "21 03 01"],
  ...Object.values(vhloScalars).map(
    (codec): Sample => [codec, [], ((codec.code! << 1) | 1).toString(16).padStart(2, "0")],
  ),
];

const tableOf = (entity: Entity): readonly Entity[] =>
  entity.codec.kind === "attribute" ? attributes : types;

function encode(codec: Codec, values: readonly FieldValue[]): string {
  const bytes = new ByteWriter();
  bytes.varint(codec.code!);
  const output = {
    bytes,
    stringIndex: () => 0,
    resourceIndex: () => 0,
    entityIndex: (entity: Entity) => tableOf(entity).indexOf(entity),
  };
  codec.fields.forEach((field, i) => {
    field.write(output, values[i], values.slice(0, i));
  });
  return Buffer.from(bytes.finish()).toString("hex");
}

function decode(codec: Codec, hex: string): readonly FieldValue[] {
  const bytes = new ByteReader(new Uint8Array(Buffer.from(hex, "hex")));
  expect(bytes.varint()).toBe(codec.code);
  const input = {
    bytes,
    string: () => "x",
    resource: () => ({ key: "x", alignment: 8, data: undefined }),
    entity: (kind: "attribute" | "type", index: number) =>
      (kind === "attribute" ? attributes : types)[index]!,
  };
  const values: FieldValue[] = [];
  for (const field of codec.fields) values.push(field.read(input, [...values]));
  expect(bytes.remaining).toBe(0);
  return values;
}

describe("codecs", () => {
  test.each(
    samples.map(([codec, values, bytes]) => {
      const { dialect, kind, name } = codec as Codec;
      return [`${dialect} ${kind} ${name}`, codec as Codec, values, bytes.replaceAll(" ", "")] as const;
    }),
  )("%s", (_, codec, values, bytes) => {
    expect(encode(codec, values)).toBe(bytes);
    expect(decode(codec, bytes)).toEqual(values);
  });

  test("each has a sample here, and a code of its own", () => {
    expect(new Set(samples.map(([codec]) => codec))).toEqual(new Set(codecs));
    const keys = codecs.map(({ dialect, kind, code }) => `${dialect} ${kind} ${code}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
