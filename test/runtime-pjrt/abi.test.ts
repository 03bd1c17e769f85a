import { describe, expect, expectTypeOf, test } from "vitest";
import {
  ALL_STRUCTS,
  API_MINOR,
  FUNCTIONS,
  type Inputs,
  type Outputs,
  structLayout,
} from "../../src/runtime-pjrt/abi/index.js";
import { STRUCTS } from "../../src/runtime-pjrt/abi/layout.js";
import { sizeAt, StructCodec } from "../../src/runtime-pjrt/struct.js";

describe("the generated layouts", () => {
  test("hold all of API 0.114: 138 functions, 164 structs with PJRT_Api, 16 with a narrow tail, 1144 bytes of table", () => {
    const structs = Object.values(STRUCTS);
    const narrow = structs.filter(({ size, sizes }) => sizes.length > 0 && sizes.at(-1)![1] !== size);
    const functions = Object.values(FUNCTIONS);
    expect({
      minor: API_MINOR,
      functions: functions.length,
      structs: structs.length + 1,
      narrow: narrow.length,
      tableBytes: Math.max(...functions.map(({ offset }) => offset)) + 8,
    }).toEqual({ minor: 114, functions: 138, structs: 164, narrow: 16, tableBytes: 1144 });
  });

  test("function pointers lie one after the other from byte 40 on", () => {
    expect(Object.values(FUNCTIONS).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 138 }, (_, i) => 40 + 8 * i),
    );
  });

  test.each([
    ["PJRT_ExecuteOptions", { 81: 112, 96: 112, 97: 120, 107: 120, 108: 121, 111: 121, 112: 144, 114: 144 }],
    ["PJRT_Executable_GetCompiledMemoryStats_Args", { 81: 112, 90: 120, 103: 120, 104: 144 }],
    ["PJRT_Device_MemoryStats_Args", { 81: 185, 112: 185, 113: 201 }],
    ["PJRT_Client_CreateErrorBuffer_Args", { 82: 96, 102: 96, 103: 112 }],
    ["PJRT_Device_PoisonExecution_Args", { 85: 49, 99: 49, 100: 72 }],
    ["PJRT_Executable_DeserializeAndLoad_Args", { 81: 64, 110: 64, 111: 72 }],
    ["PJRT_Event_IsReady_Args", { 81: 25 }],
  ] as const)("%s has the size its version had", (name, sizes) => {
    const actual = Object.keys(sizes).map((minor) => [minor, sizeAt(structLayout(name), Number(minor))]);
    expect(Object.fromEntries(actual)).toEqual(sizes);
  });

  test("every function takes the struct that is named after it", () => {
    expect(Object.keys(FUNCTIONS).filter((name) => !(`${name}_Args` in ALL_STRUCTS))).toEqual([]);
  });

  test("inputs and outputs of a function follow from the data", () => {
    expectTypeOf<Inputs<"PJRT_Client_LookupDevice">>().toEqualTypeOf<{
      readonly client?: bigint;
      readonly id?: number;
    }>();
    expectTypeOf<Outputs<"PJRT_Event_IsReady">>().toEqualTypeOf<{ readonly is_ready: boolean }>();
    expectTypeOf<Outputs<"PJRT_TopologyDescription_Fingerprint">>().toEqualTypeOf<{
      readonly fingerprint: bigint;
    }>();
    // @ts-expect-error the field is called client
    const wrong: Inputs<"PJRT_Client_LookupDevice"> = { klient: 0n };
    expect(wrong).toBeDefined();
  });
});

describe("a struct in memory", () => {
  test("inputs are written at their offsets, absent ones as zero, outputs cleared", () => {
    const codec = new StructCodec("PJRT_Client_LookupDevice_Args");
    const { view } = codec.allocate();
    view.setBigUint64(32, 99n, true);
    codec.write(view, 40, { client: 0x1122n, id: -1 });
    expect([
      view.getBigUint64(0, true),
      view.getBigUint64(16, true),
      view.getInt32(24, true),
      view.getBigUint64(32, true),
    ]).toEqual([40n, 0x1122n, -1, 0n]);
  });

  test("of a union only the member given is written", () => {
    const codec = new StructCodec("PJRT_NamedValue");
    const { view } = codec.allocate();
    codec.write(view, 56, { type: 3, float_value: 0.5, value_size: 1 });
    expect(view.getFloat32(40, true)).toBe(0.5);
  });
});
