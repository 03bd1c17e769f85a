/** @file Module, functions and calls: the frame that StableHLO programs stand in. */
import { formatType, functionType } from "../types.js";
import { defineOp, variadic } from "./define.js";
import {
  absentAs,
  dictionaryArray,
  functionTypeKind,
  optional,
  optionalList,
  string,
  symbol,
} from "./kinds.js";
import { checkResultAliases } from "./result-alias.js";

const anything = "PIFCQATUBXNKOV";

const module_ = defineOp({
  name: "builtin.module",
  summary: "The whole program: a list of functions and meshes.",
  operands: [],
  attributes: { sym_name: optional(string), sym_visibility: absentAs(optional(string), () => "") },
  regions: ["body"],
  traits: ["isolated"],
  infer: () => [],
  assembly: "custom",
  example: "module @m {\n}",
});

const func = defineOp({
  name: "func.func",
  summary: "A function; `@main` is where a plugin enters.",
  operands: [],
  attributes: {
    sym_name: string,
    function_type: functionTypeKind,
    sym_visibility: absentAs(optional(string), () => ""),
    arg_attrs: optionalList(dictionaryArray),
    res_attrs: optionalList(dictionaryArray),
  },
  regions: ["body"],
  traits: ["isolated", "symbol"],
  infer: (op) => {
    const { function_type: type, sym_name: name, arg_attrs: dictionaries = [] } = op.attributes;
    checkResultAliases(op, type, dictionaries);
    const entry = op.regions[0]?.blocks[0];
    if (entry === undefined) return [];
    op.check(
      functionType(
        entry.arguments.map((argument) => argument.type),
        type.results,
      ) === type,
      "func_arguments",
      `the body of @${name} has arguments of other types than ${formatType(type)}`,
    );
    return [];
  },
  assembly: "custom",
  example: "func.func private @f(%arg0: tensor<4xf32>) -> tensor<4xf32> {\n  return %arg0 : tensor<4xf32>\n}",
});

const return_ = defineOp({
  name: "func.return",
  summary: "Ends a function with its results.",
  operands: [variadic("operands", anything)],
  attributes: {},
  traits: ["terminator"],
  infer: () => [],
  assembly: "custom",
  example: "return %arg0 : tensor<4xf32>",
});

const call = defineOp({
  name: "func.call",
  summary: "Calls a function of the module.",
  operands: [variadic("operands", anything)],
  attributes: { callee: symbol },
  traits: [],
  infer: (op) => op.resultTypes,
  assembly: "custom",
  example: "%0 = call @f(%arg0) : (tensor<4xf32>) -> tensor<4xf32>",
});

export const moduleOps = [module_] as const;
export const functionOps = [func, return_, call] as const;
