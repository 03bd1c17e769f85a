import { type Family, family } from "./case.js";

const branch = '{\n    "stablehlo.return"(%x) : (tensor<2xf32>) -> ()\n  }';
const other = '{\n    "stablehlo.return"(%y) : (tensor<2xf32>) -> ()\n  }';

export const controlFamilies: readonly Family[] = [
  family(
    "%p: tensor<i1>, %x: tensor<2xf32>, %y: tensor<2xf32>",
    `  %0 = "stablehlo.if"(%p) (${branch}, ${other}) : (tensor<i1>) -> tensor<2xf32>`,
    ["if_i1", ["tensor<i1>", "tensor<1xi1>"]],
    ["if_c1", [other, other.replace("{\n", "{\n  ^bb0(%a: tensor<f32>):\n")]],
    [
      "if_c2",
      ["%y: tensor<2xf32>", "%y: tensor<3xf32>"],
      ["(%y) : (tensor<2xf32>)", "(%y) : (tensor<3xf32>)"],
    ],
    ["if_c2", ["(%y) : (tensor<2xf32>)", "() : ()"]],
    ["result_type", ["-> tensor<2xf32>", "-> tensor<3xf32>"]],
    ["branch_result", ["tensor<2xf32>", "memref<2xf32>"]],
    ["regions", [`, ${other}`, ""]],
    [
      "terminator",
      ['"stablehlo.return"(%y) : (tensor<2xf32>) -> ()', "%z = stablehlo.negate %y : tensor<2xf32>"],
    ],
    [
      "terminator",
      ['"stablehlo.return"(%y) : (tensor<2xf32>) -> ()', '"func.return"(%y) : (tensor<2xf32>) -> ()'],
    ],
  ),
  family(
    "%i: tensor<i32>, %x: tensor<2xf32>, %y: tensor<2xf32>",
    `  %0 = "stablehlo.case"(%i) (${branch}, ${other}) : (tensor<i32>) -> tensor<2xf32>`,
    ["case_i1", ["tensor<i32>", "tensor<i64>"]],
    ["case_c1", [` (${branch}, ${other})`, ""]],
    ["case_c2", [other, other.replace("{\n", "{\n  ^bb0(%a: tensor<f32>):\n")]],
    [
      "case_c3",
      ["%y: tensor<2xf32>", "%y: tensor<3xf32>"],
      ["(%y) : (tensor<2xf32>)", "(%y) : (tensor<3xf32>)"],
    ],
  ),
  family(
    "%n: tensor<i32>",
    `  %0 = "stablehlo.while"(%n) ({
  ^bb0(%a: tensor<i32>):
    %p = stablehlo.compare LT, %a, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    "stablehlo.return"(%p) : (tensor<i1>) -> ()
  }, {
  ^bb0(%b: tensor<i32>):
    %s = stablehlo.add %b, %b : tensor<i32>
    "stablehlo.return"(%s) : (tensor<i32>) -> ()
  }) : (tensor<i32>) -> tensor<i32>`,
    ["while_c1", ["^bb0(%a: tensor<i32>)", "^bb0(%a: tensor<i32>, %c: tensor<i32>)"]],
    ["while_c1", ["(%p) : (tensor<i1>)", "(%a) : (tensor<i32>)"]],
    ["while_c2", ["^bb0(%b: tensor<i32>)", "^bb0(%b: tensor<i32>, %c: tensor<i32>)"]],
    ["while_c2", ["(%s) : (tensor<i32>)", "(%s, %s) : (tensor<i32>, tensor<i32>)"]],
    ["result_type", ["-> tensor<i32>\n  return", "-> tensor<i64>\n  return"]],
  ),
  family(
    "%x: tensor<2xf32>, %t: !stablehlo.token",
    "  %0:2 = stablehlo.optimization_barrier %x, %t : tensor<2xf32>, !stablehlo.token",
  ),
  family(
    "%x: tensor<2xf32>",
    '  %0 = "stablehlo.optimization_barrier"(%x) : (tensor<2xf32>) -> tensor<2xf32>',
    ["result_type", ["-> tensor<2xf32>", "-> tensor<3xf32>"]],
  ),
  {
    valid: `func.func private @f(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "stablehlo.composite"(%x) <{decomposition = @f, name = "my.op"}> : (tensor<2xf32>) -> tensor<2xf32>
  %1 = func.call @f(%0) : (tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}`,
    broken: [
      ["composite_c1", ['"my.op"', '"op"']],
      ["composite_c2", ["decomposition = @f", "decomposition = @g"]],
      [
        "composite_c3",
        ["@main(%x: tensor<2xf32>)", "@main(%x: tensor<3xf32>)"],
        ['"my.op"}> : (tensor<2xf32>)', '"my.op"}> : (tensor<3xf32>)'],
      ],
      [
        "composite_c4",
        ['"my.op"}> : (tensor<2xf32>) -> tensor<2xf32>', '"my.op"}> : (tensor<2xf32>) -> tensor<3xf32>'],
        ["@f(%0) : (tensor<2xf32>)", "@f(%x) : (tensor<2xf32>)"],
      ],
      ["symbol", ["call @f", "call @g"]],
      ["symbol", ["@main", "@f"]],
      [
        "call_types",
        [
          "call @f(%0) : (tensor<2xf32>) -> tensor<2xf32>",
          "call @f(%0, %0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>",
        ],
      ],
      ["return_types", ["return %x : tensor<2xf32>", "return %x, %x : tensor<2xf32>, tensor<2xf32>"]],
    ],
  },
  family(
    "%x: tensor<2x3xf32>, %t: !stablehlo.token",
    '  %0 = "stablehlo.custom_call"(%x, %t) <{api_version = 1 : i32, backend_config = "", call_target_name = "foo", operand_layouts = [dense<[0, 1]> : tensor<2xindex>, dense<> : tensor<0xindex>], output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>], result_layouts = [dense<[0, 1]> : tensor<2xindex>]}> : (tensor<2x3xf32>, !stablehlo.token) -> tensor<2x3xf32>',
    ["custom_call_api", ["api_version = 1", "api_version = 5"]],
    ["custom_call_config", ["api_version = 1", "api_version = 4"]],
    ["custom_call_layout", [", result_layouts = [dense<[0, 1]> : tensor<2xindex>]", ""]],
    [
      "custom_call_layout",
      ["operand_layouts = [dense<[0, 1]> : tensor<2xindex>", "operand_layouts = [dense<0> : tensor<2xindex>"],
    ],
    ["custom_call_layout", [", dense<> : tensor<0xindex>", ""]],
    ["custom_call_layout", ["!stablehlo.token", "tuple<tensor<2xf32>>"]],
    ["custom_call_alias", ["operand_index = 0", "operand_index = 2"]],
    ["custom_call_alias", ["operand_index = 0", "operand_index = 1"]],
    ["custom_call_alias", ["operand_tuple_indices = []", "operand_tuple_indices = [0]"]],
    ["custom_call_alias", ["output_tuple_indices = []", "output_tuple_indices = [0]"]],
  ),
  family(
    "%x: tensor<2xf32>",
    `  %0 = "stablehlo.custom_call"(%x) <{api_version = 4 : i32, call_target_name = "Pin"}> : (tensor<2xf32>) -> memref<2xf32>
  %1 = "stablehlo.custom_call"(%0) <{api_version = 4 : i32, call_target_name = "foo", output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>]}> : (memref<2xf32>) -> memref<2xf32>
  %2 = "stablehlo.custom_call"(%1) <{api_version = 4 : i32, call_target_name = "Unpin"}> : (memref<2xf32>) -> tensor<2xf32>
  %3 = "stablehlo.custom_call"() <{api_version = 4 : i32, call_target_name = "CreateBuffer"}> : () -> memref<2xf32>`,
    ["custom_call_buffer", ['"Pin"', '"Unpin"']],
    ["custom_call_buffer", ['"Unpin"', '"Pin"']],
    ["custom_call_buffer", ["() -> memref<2xf32>", "() -> tensor<2xf32>"]],
    ["custom_call_buffer", ["(memref<2xf32>) -> tensor<2xf32>", "(memref<2xf32>) -> tensor<3xf32>"]],
    [
      "custom_call_buffer",
      [
        ", output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>]",
        "",
      ],
    ],
    [
      "custom_call_buffer",
      [
        "operand_tuple_indices = []>]",
        "operand_tuple_indices = []>, #stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>]",
      ],
    ],
  ),
  family(
    "%x: tensor<2xf32>",
    `  %0 = "stablehlo.async_start"(%x) ({
  ^bb0(%a: tensor<2xf32>):
    %s = stablehlo.slice %a [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    "stablehlo.return"(%s) : (tensor<1xf32>) -> ()
  }) : (tensor<2xf32>) -> !stablehlo.future<tensor<1xf32>>
  %1 = "stablehlo.async_done"(%0) : (!stablehlo.future<tensor<1xf32>>) -> tensor<1xf32>`,
    ["async_start_c1", ["    %s = ", "    %r = stablehlo.negate %a : tensor<2xf32>\n    %s = "]],
    [
      "async_start_c2",
      ["%s = stablehlo.slice %a [0:1] : (tensor<2xf32>)", "%s = stablehlo.reshape %a : (tensor<2xf32>)"],
    ],
    [
      "async_start_c3",
      ["%a: tensor<2xf32>", "%a: tensor<3xf32>"],
      ["[0:1] : (tensor<2xf32>)", "[0:1] : (tensor<3xf32>)"],
    ],
    ["async_start_c4", ["(%s) : (tensor<1xf32>)", "(%s, %s) : (tensor<1xf32>, tensor<1xf32>)"]],
    ["result_type", ["-> tensor<1xf32>\n  return", "-> tensor<2xf32>\n  return"]],
  ),
  family(
    "%f: !stablehlo.future<tensor<1xf32>>",
    '  %0 = "stablehlo.async_done"(%f) : (!stablehlo.future<tensor<1xf32>>) -> tensor<1xf32>',
    ["async_done_c1", ["future<tensor<1xf32>>", "future<tensor<1xf32>, tensor<1xf32>>"]],
  ),
];
