import { type Family, family } from "./case.js";

/** send and recv have the same rules for pairs. */
const pairs = (name: string, type: string): readonly (readonly [string, readonly [string, string]])[] => [
  [`${name}_c1`, ["dense<[[0, 1]]> : tensor<1x2xi64>", "dense<[[0], [1]]> : tensor<2x1xi64>"]],
  [`${name}_c2`, ["dense<[[0, 1]]> : tensor<1x2xi64>", "dense<[[0, 1], [0, 2]]> : tensor<2x2xi64>"]],
  [`${name}_c3`, ["dense<[[0, 1]]> : tensor<1x2xi64>", "dense<[[0, 1], [2, 1]]> : tensor<2x2xi64>"]],
  [`${name}_c4`, ["[[0, 1]]", "[[-1, 1]]"]],
  ...(type === "" ? [] : ([[`${name}_c5`, [`type = ${type}`, "type = 0"]]] as const)),
];

export const collectiveFamilies: readonly Family[] = [
  family(
    "%x: tensor<2x3xf32>",
    '  %0 = "stablehlo.all_gather"(%x) <{all_gather_dim = 1 : i64, channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> : (tensor<2x3xf32>) -> tensor<2x6xf32>',
    ["all_gather_c1", ["all_gather_dim = 1", "all_gather_dim = 2"]],
    ["all_gather_c1", ["all_gather_dim = 1", "all_gather_dim = -1"]],
    ["all_gather_c2", ["[[0, 1]]", "[[1, 1]]"]],
    ["all_gather_c4", ["[[0, 1]]", "[[0, -1]]"]],
    ["all_gather_c4", ["[[0, 1]]", "[[0, 2]]"]],
    ["all_gather_c5", ["handle = 1", "handle = -1"]],
    ["all_gather_c6", ["-> tensor<2x6xf32>", "-> tensor<2x7xf32>"]],
    ["all_gather_c6", ["-> tensor<2x6xf32>", "-> tensor<3x6xf32>"]],
    ["all_gather_c6", ["-> tensor<2x6xf32>", "-> tensor<2x6xf16>"]],
    ["all_gather_c6", ["-> tensor<2x6xf32>", "-> tensor<2x6x1xf32>"]],
    ["all_gather_c6", ["tensor<2x3xf32>", "tensor<2x0xf32>"]],
  ),
  family(
    "%x: tensor<2x4xf32>",
    '  %0 = "stablehlo.all_to_all"(%x) <{concat_dimension = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, split_count = 2 : i64, split_dimension = 1 : i64}> : (tensor<2x4xf32>) -> tensor<4x2xf32>',
    ["all_to_all_c1", ["split_dimension = 1", "split_dimension = 2"]],
    ["all_to_all_c2", ["tensor<2x4xf32>", "tensor<2x5xf32>"]],
    ["all_to_all_c3", ["concat_dimension = 0", "concat_dimension = 2"]],
    ["all_to_all_c4", ["split_count = 2", "split_count = 0"]],
    ["all_to_all_c5", ["[[0, 1]]", "[[1, 1]]"]],
    ["all_to_all_c7", ["[[0, 1]]", "[[0, 2]]"]],
    ["all_to_all_c8", ["split_count = 2", "split_count = 4"]],
    ["result_type", ["-> tensor<4x2xf32>", "-> tensor<2x4xf32>"]],
  ),
  family(
    "%x: tensor<2xf32>",
    '  %0 = "stablehlo.collective_permute"(%x) <{source_target_pairs = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<2xf32>) -> tensor<2xf32>',
    ...pairs("collective_permute", ""),
    ["result_type", ["-> tensor<2xf32>", "-> tensor<3xf32>"]],
  ),
  family(
    "%x: tensor<2xf32>, %root: tensor<1xi32>",
    '  %0 = "stablehlo.collective_broadcast"(%x, %root) <{has_dynamic_root, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<2xf32>, tensor<1xi32>) -> tensor<2xf32>',
    ["collective_broadcast_c1", ["[[0, 1]]", "[[1, 1]]"]],
    ["collective_broadcast_c2", ["[[0, 1]]", "[[0, -1]]"]],
    ["collective_broadcast_c4", ["tensor<1xi32>", "tensor<1xi64>"]],
    [
      "collective_broadcast_c4",
      ["(%x, %root)", "(%root)"],
      ["(tensor<2xf32>, tensor<1xi32>)", "(tensor<1xi32>)"],
    ],
    ["collective_broadcast_i2", ["dense<[[0, 1]]> : tensor<1x2xi64>", "dense<[0, 1]> : tensor<2xi64>"]],
    ["result_type", ["-> tensor<2xf32>", "-> (tensor<2xf32>, tensor<1xi32>)"], ["%0 =", "%0:2 ="]],
  ),
  family(
    "%x: tensor<2xf32>",
    '  %0 = "stablehlo.collective_broadcast"(%x) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<2xf32>) -> tensor<2xf32>',
    ["collective_broadcast_c3", ["(%x)", "()"], ["(tensor<2xf32>) ->", "() ->"]],
  ),
  family("", "  %0 = stablehlo.replica_id : tensor<ui32>\n  %1 = stablehlo.partition_id : tensor<ui32>", [
    "result_type",
    ["tensor<ui32>", "tensor<i32>"],
  ]),
  family(
    "%x: tensor<2xf32>, %t: !stablehlo.token",
    '  %0 = "stablehlo.send"(%x, %t) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, is_host_transfer = false, source_target_pairs = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<2xf32>, !stablehlo.token) -> !stablehlo.token',
    ...pairs("send", "1"),
    ["send_c5", ["is_host_transfer = false", "is_host_transfer = true"]],
  ),
  family(
    "%t: !stablehlo.token",
    '  %0:2 = "stablehlo.recv"(%t) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, is_host_transfer = false, source_target_pairs = dense<[[0, 1]]> : tensor<1x2xi64>}> : (!stablehlo.token) -> (tensor<2xf32>, !stablehlo.token)',
    ...pairs("recv", "1"),
    ["recv_c5", ["is_host_transfer = false", "is_host_transfer = true"]],
    ["recv_results", ["-> (tensor<2xf32>, !stablehlo.token)", "-> (tensor<2xf32>, tensor<2xf32>)"]],
    ["recv_results", ["-> (tensor<2xf32>, !stablehlo.token)", "-> (!stablehlo.token, !stablehlo.token)"]],
    ["recv_results", ["-> (tensor<2xf32>, !stablehlo.token)", "-> ()"], ["%0:2 = ", ""]],
  ),
  family(
    "%t: !stablehlo.token",
    '  %0:2 = "stablehlo.infeed"(%t) <{infeed_config = "", layout = [[0]]}> : (!stablehlo.token) -> (tensor<2xf32>, !stablehlo.token)',
    ["infeed_c1", ["-> (tensor<2xf32>, !stablehlo.token)", "-> ()"], ["%0:2 = ", ""]],
    ["infeed_c2", ["-> (tensor<2xf32>, !stablehlo.token)", "-> (!stablehlo.token, !stablehlo.token)"]],
    ["infeed_c2", ["tensor<2xf32>", "tensor<?xf32>"]],
    ["infeed_c3", ["-> (tensor<2xf32>, !stablehlo.token)", "-> (tensor<2xf32>, tensor<2xf32>)"]],
    ["infeed_layout", ["[[0]]", "[]"]],
    ["infeed_layout", ["[[0]]", "[0]"]],
  ),
  family(
    "%x: tensor<2xf32>, %t: !stablehlo.token",
    '  %0 = "stablehlo.outfeed"(%x, %t) <{outfeed_config = ""}> : (tensor<2xf32>, !stablehlo.token) -> !stablehlo.token\n  %1 = stablehlo.after_all %0, %t : !stablehlo.token',
    ["operands", ["(%x, %t)", "()"], ["(tensor<2xf32>, !stablehlo.token) ->", "() ->"]],
    [
      "operand_type",
      ["(%x, %t)", "(%t, %t)"],
      ["(tensor<2xf32>, !stablehlo.token) ->", "(!stablehlo.token, !stablehlo.token) ->"],
    ],
  ),
];
