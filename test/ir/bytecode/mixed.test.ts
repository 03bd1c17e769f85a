/** What artifacts hold beside VHLO: Shardy's ops and attributes, and attributes that have no VHLO form. */
import { expect, test } from "vitest";
import {
  deserializePortable,
  minimumVersion,
  PortabilityError,
  serializePortable,
} from "../../../src/ir/bytecode/index.js";
import { readProgram } from "../../../src/ir/bytecode/read-program.js";
import { schema } from "../../../src/ir/bytecode/schema.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";

const back = (text: string): string =>
  printModule(deserializePortable(serializePortable(parseModule(text))).module);

const shardy = `module {
  sdy.mesh @mesh = <["a"=2, "b"=2]>
  func.func @main(%arg0: tensor<8x?xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"a"}p1, {?}]>}) -> tensor<8x?xf32> {
    %0 = stablehlo.negate %arg0 : tensor<8x?xf32>
    %1 = sdy.sharding_constraint %arg0 <@mesh, [{"b"}, {}]> {my.note = 3 : i32} : tensor<8x?xf32>
    %2 = sdy.propagation_barrier %1 allowed_direction=NONE : tensor<8x?xf32>
    sdy.sharding_group %0 group_id=3 : tensor<8x?xf32>
    %3 = sdy.named_computation<"part">(%2) out_shardings=[<@mesh, [{}, {}]>] (%arg1: tensor<8x?xf32>) {
      %8 = stablehlo.add %arg1, %arg1 : tensor<8x?xf32>
      sdy.return %8 : tensor<8x?xf32>
    } : (tensor<8x?xf32>) -> tensor<8x?xf32>
    %4 = stablehlo.add %3, %0 : tensor<8x?xf32>
    %5 = sdy.manual_computation(%4) in_shardings=[<@mesh, [{"a"}, {}]>] out_shardings=[<@mesh, [{"a"}, {}]>] manual_axes={"a"} (%arg1: tensor<4x?xf32>) {
      %8 = stablehlo.add %arg1, %arg1 : tensor<4x?xf32>
      sdy.return %8 : tensor<4x?xf32>
    } : (tensor<8x?xf32>) -> tensor<8x?xf32>
    %6 = sdy.reshard %5 <@mesh, [{"b"}, {}]> : tensor<8x?xf32>
    %7 = sdy.constant dense<true> : tensor<8xi1>
    return %6 : tensor<8x?xf32>
  }
}
`;

test("Shardy's ops come back, and no cast is left", () => {
  expect(back(shardy)).toBe(shardy);
  expect(minimumVersion(parseModule(shardy)).version).toBe("1.11.0");
});

test.each([
  ['all_reduce {"a"} %arg0 out_sharding=<@mesh, [{}]>', undefined],
  ['all_reduce max {"a"} %arg0 out_sharding=<@mesh, [{}]>', 1],
  ['reduce_scatter min [{"a"}] %arg0 out_sharding=<@mesh, [{"a"}]>', 2],
])("what a collective of Shardy reduces by comes back: sdy.%s", (written, number) => {
  const text = `module {
  sdy.mesh @mesh = <["a"=2]>
  func.func @main(%arg0: tensor<8xf32>) {
    %0 = sdy.${written} : tensor<8xf32>
    return
  }
}
`;
  expect(back(text)).toBe(text);
  const generic = printModule(parseModule(text), { form: "generic" });
  expect(/reduction_op = (\d) : i32/.exec(generic)?.[1]).toBe(number?.toString());
  expect(printModule(parseModule(generic))).toBe(text);
});

test("a sum that is said is none that must be written", () => {
  const text = (word: string) => `func.func @main(%arg0: tensor<8xf32>) {
  %0 = sdy.all_reduce ${word}{"a"} %arg0 out_sharding=<mesh<["a"=2]>, [{}]> : tensor<8xf32>
  return
}`;
  expect(printModule(parseModule(text("sum ")))).toBe(printModule(parseModule(text(""))));
  expect(() => parseModule(text("product "))).toThrow("parse error: ");
});

test("a value is cast once where the other side uses it", () => {
  const { root } = readProgram(serializePortable(parseModule(shardy)), schema);
  const main = root.regions[0]!.blocks[0]!.operations[1]!.regions[0]!.blocks[0]!.operations;
  const casts = "builtin.unrealized_conversion_cast";
  expect(main.map(({ name }) => name)).toEqual([
    casts,
    "vhlo.negate_v1",
    casts,
    "sdy.sharding_constraint",
    "sdy.propagation_barrier",
    "sdy.sharding_group",
    "sdy.named_computation",
    casts,
    "vhlo.add_v1",
    casts,
    "sdy.manual_computation",
    "sdy.reshard",
    casts,
    "sdy.constant",
    "vhlo.return_v1",
  ]);
});

test("every attribute of Shardy comes back", () => {
  const text = `module {
  sdy.mesh @mesh = <["a"=2, "b"=4]>
  func.func @main(%arg0: tensor<8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"a"}], unreduced={"b"}>}, %arg1: tensor<8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"a"}], unreduced=max{"b"}>}, %arg2: tensor<8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"a"}], unreduced=min{"b"}>}) {
    %0 = stablehlo.custom_call @f(%arg0) {my.axes = #sdy<manual_axes{"a", "b"}>, my.axis = #sdy<axis_ref"b":(2)2>, my.dimension = #sdy<dimension_sharding{"a", ?}p0>, my.factor = #sdy<dim_mapping ij>, my.list = [#sdy<axis_ref_list{"a"}>, #sdy<list_of_axis_ref_lists[{"a"}, {}]>], my.mapping = #sdy<tensor_mapping[ij, z_1]>, my.mesh = #sdy.mesh<["a"=2], device_ids=[1, 0]>, my.move = #sdy<all_to_all_param_list[{"a"}: 0->1, {"b"}: 2->3]>, my.one = #sdy<all_to_all_param{"a"}: 0->1>, my.part = #sdy<sub_axis_info(1)2>, my.size = #sdy<mesh_axis"a"=2>, sdy.sharding_rule = #sdy.op_sharding_rule<([ij])->([k]) {i=4, j=2, k=8} reduction={i} need_replication={j} permutation={k} blocked_propagation={i, k}, custom>} : (tensor<8xf32>) -> tensor<8xf32>
    return
  }
}
`;
  expect(back(text)).toBe(text);
});

test("attributes without a VHLO form come back, also inside of others", () => {
  const text = `module {
  func.func @main(%arg0: tensor<8xf32> {my.flag}) -> tensor<8xf32> attributes {my.flag} {
    %0 = stablehlo.abs %arg0 {a.dict = {flag, n = 1 : i64}, a.floats = array<f32: 1.000000e+00, -2.500000e+00>, a.integers = array<i32: 1, -2>, a.list = [unit, array<i8: -1>], a.map = affine_map<(d0) -> (d0)>, a.symbol = @f::@g, a.unit} : tensor<8xf32>
    return {my.note} %0 : tensor<8xf32>
  }
}
`;
  expect(back(text)).toBe(text);
  expect(minimumVersion(parseModule(text)).version).toBe("1.11.0");
  expect(() => serializePortable(parseModule(text), { targetVersion: "1.10.0" })).toThrow(PortabilityError);
});

test("a mesh and its axes have their parts where StableHLO writes them", () => {
  const text = `module {
  func.func @main(%arg0: tensor<f32>) -> tensor<f32> {
    %0 = "stablehlo.collective_broadcast"(%arg0) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = #stablehlo.mesh<axes=[<name = "x", size = 2>], device_ids=dense<[1, 0]> : tensor<2xi64>>, axes = [#stablehlo.axis_ref<name = "x", sub_axis_info = (1)2>]>}> : (tensor<f32>) -> tensor<f32>
    return %0 : tensor<f32>
  }
}
`;
  expect(back(text)).toBe(text);
});

/** What jaxlib 0.11.2 writes of the program below, ops of chlo left as they are. */
const heldChlo =
  "TUzvUg1TdGFibGVITE9fdjEuMjAuMAABJQcBBQkPAQUPEwMHFxsfBQUjJwNrLyMBIQsTExMTExMTEw8PExMTExMDCQsLCwsFB1llcgQBEQcPFxsTCxcTAxMHFxcTGxcTJwcCHgUFFRcBEQcXAQMjFwEDdxcBA50XAQkVFwEBARcBAwMXAQNNEQMBEQsBFwEFEQEFKSsXAQ8RFwEHERcBCwsDASMfHRcdGSNjaGxvPHByZWNpc2lvbiBISUdIPgAjY2hsbzxwcmVjaXNpb24gREVGQVVMVD4AI2NobG8ucmFnZ2VkX2RvdDxsaHNfY29udHJhY3RpbmdfZGltZW5zaW9ucyA9IFsxXSwgcmhzX2NvbnRyYWN0aW5nX2RpbWVuc2lvbnMgPSBbMV0sIGxoc19yYWdnZWRfZGltZW5zaW9ucyA9IFswXSwgcmhzX2dyb3VwX2RpbWVuc2lvbnMgPSBbMF0+AAsBAgQbBQ0JARsHCQkVARsDCQMBCRsFDRUBGwMJAQkpBQ0JESkFCRERKQMJISkHCQkVESkFDRURKQMJEREJExUXGQUTGx0E7wUDUA0BBwTfAwEFB1APAwcEywMXIwknBSsRLwczCQABBgkDBwMHAQYHAwkDBQEGBQMFAwELVhcFAwUDDQcENQMHDwMfHQABBgsDHQMBCQYLAx0DAwUEHwMFAQYDAxMDDw1GGwcDDQcNCQsBBgMDGwMTBQQDBREVBgMBBQEA7RsDCwUXCxURFQ83CwsRYnVpbHRpbgB2aGxvAGNobG8AdW5yZWFsaXplZF9jb252ZXJzaW9uX2Nhc3QAbW9kdWxlAHJldHVybl92MQBmdW5jX3YxAG5lZ2F0ZV92MQBzY2FuAHJhZ2dlZF9kb3QALQBtYWluAAAIMQkFAQELISMhJScVEwErAQcBAwcBAwUzLQ==";

test("ops of chlo that jaxlib leaves as they are have their dimensions, precisions, and groups of values", () => {
  expect(printModule(deserializePortable(Buffer.from(heldChlo, "base64")).module)).toBe(`module {
  func.func @main(%arg0: tensor<3x2xf32>, %arg1: tensor<2x4xf32>, %arg2: tensor<2xi64>, %arg3: tensor<2x2x5xf32>) -> (tensor<3x2xf32>, tensor<3x5xf32>) {
    %0 = chlo.scan(%arg0) inits () dimension=0 attributes {is_reverse = true} {
    ^bb0(%arg4: tensor<2xf32>):
      %2 = stablehlo.negate %arg4 : tensor<2xf32>
      stablehlo.return %2 : tensor<2xf32>
    } : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %1 = "chlo.ragged_dot"(%arg0, %arg3, %arg2) <{precision_config = [#chlo<precision HIGH>, #chlo<precision DEFAULT>], ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>}> : (tensor<3x2xf32>, tensor<2x2x5xf32>, tensor<2xi64>) -> tensor<3x5xf32>
    return %0, %1 : tensor<3x2xf32>, tensor<3x5xf32>
  }
}
`);
});

test("an attribute of chlo that is none is refused", () => {
  const bytes = Buffer.from(heldChlo, "base64");
  bytes.write("<", bytes.indexOf("HIGH>") + "HIGH".length, "latin1");
  expect(() => deserializePortable(bytes)).toThrow("#chlo<precision HIGH< is no attribute of chlo");
});

/** Of jaxlib 0.11.2: the cast that is asked for last stands first, where whoever asks stands. */
test("casts stand in the order and at the places that libStablehlo gives them", () => {
  const text = `module {
  func.func @main(%arg0: tensor<2xf32> loc("a"), %arg1: tensor<2xf32> loc("b"), %arg2: tensor<2xf32> loc("n")) -> tensor<2xf32> {
    %0:2 = sdy.named_computation<"f">(%arg0, %arg1, %arg2) (%arg3: tensor<2xf32> loc("c"), %arg4: tensor<2xf32> loc("d"), %arg5: tensor<2xf32> loc("m")) {
      %2 = stablehlo.negate %arg4 : tensor<2xf32> loc("e")
      %3 = stablehlo.add %arg3, %2 : tensor<2xf32> loc("f")
      sdy.return %3, %arg5 : tensor<2xf32>, tensor<2xf32> loc("g")
    } : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) loc("h")
    %1 = stablehlo.multiply %0#1, %0#0 : tensor<2xf32> loc("i")
    return %1 : tensor<2xf32> loc("j")
  } loc("k")
} loc("l")
`;
  const base64 =
    "TUzvUg1TdGFibGVITE9fdjEuMTMuMAABKQcBBQkTAQUPEwMLFxsfIycFBSsvA2FDCwE7Bw8PDw8PCw8PCw8LCwsLDwsLDwsPCw8LDwsLDwsDCQsLCwsBBRMHAwcTHwcCwR8dIwEdDQEdGQEdGwEdHQEFGR01AR0TAQUbHRcBBR0FHwUhBSMdIQEFJQUnHScBBSkdKwEFKx0vAQUtHTMBBS8FMR05AQUzAwEjBx01HTcbAwkDCykDCQkRBwUFBQMFCQRGAgUDUBEBBwQiAgMBBQVQFQMHBP0DFyMHCwcLCQsLAAEGCwMBAwUBBgkDAQMDAQYHAwEDAQ9WHwUFAQEHCwkHBwRrAxEbBwMpAy0DMQABBgUDBQMBAQYPAwUDAwsGDwMFAwkNBgUDBQUHCwEGBQMBAw0RBDcFDwUBBgMDBQMNAQYDAwUDDwcGAwMFBRMRCQQlAxUGAwEFAQDqAjkDCwUFBQUFBQUFBQUFBQUFDyUPFRUZEQ83CQsRYnVpbHRpbgB2aGxvAHNkeQB1bnJlYWxpemVkX2NvbnZlcnNpb25fY2FzdABtb2R1bGUAZnVuY192MQBtdWx0aXBseV92MQByZXR1cm5fdjEAbmVnYXRlX3YxAGFkZF92MQBuYW1lZF9jb21wdXRhdGlvbgByZXR1cm4AZgBsAGsAYQBiAG4AaABpAGoAYwBkAG0AZQBnAG1haW4AAAgdBwUBAQs7PTs/QQcBDQE=";
  const bytes = serializePortable(parseModule(text), { targetVersion: "1.13.0" });
  expect(Buffer.from(bytes).toString("base64")).toBe(base64);
});
