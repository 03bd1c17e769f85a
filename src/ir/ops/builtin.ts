/** @file Module, functions and calls: the frame that StableHLO programs stand in. Functions as values, and casts between any types, no plugin takes. */
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

const constant = defineOp({
  name: "func.constant",
  summary: "A function of the module as a value.",
  operands: [],
  attributes: { value: symbol },
  traits: ["pure"],
  infer: (op) => {
    const [type] = op.resultTypes;
    op.check(
      op.resultTypes.length === 1 && type?.kind === "function",
      "constant_function",
      `is a function, not ${op.resultTypes.map(formatType).join(", ") || "nothing"}`,
    );
    return op.resultTypes;
  },
  assembly: { template: "{..} $value : R" },
  example: "%f = constant @f : (tensor<4xf32>) -> tensor<4xf32>",
});

const callIndirect = defineOp({
  name: "func.call_indirect",
  summary: "Calls a function that is a value.",
  operands: [{ name: "callee", types: "V" }, variadic("callee_operands", anything)],
  attributes: {},
  traits: [],
  infer: (op) => {
    const [callee, ...operands] = op.operands.map(({ type }) => type);
    if (callee?.kind !== "function") {
      op.check(false, "call_indirect_callee", `calls a function, not ${formatType(callee!)}`);
      return [];
    }
    const types = operands.map(formatType).join(", ");
    const fits =
      operands.length === callee.inputs.length && callee.inputs.every((type, i) => type === operands[i]);
    op.check(fits, "call_indirect_types", `the function is ${formatType(callee)}, but is given (${types})`);
    return callee.results;
  },
  assembly: "custom",
  example: "%0 = call_indirect %arg0(%arg1) : (tensor<4xf32>) -> tensor<4xf32>",
});

const cast = defineOp({
  name: "builtin.unrealized_conversion_cast",
  summary:
    "Values taken for values of other types, of any dialects: what a conversion that is not finished leaves behind.",
  operands: [variadic("inputs", anything)],
  attributes: {},
  traits: ["pure"],
  infer: (op) => {
    op.check(op.resultTypes.length > 0, "cast_results", "makes at least one value");
    return op.resultTypes;
  },
  assembly: "custom",
  example: "%0 = builtin.unrealized_conversion_cast %arg0 : tensor<4xf32> to tensor<?xf32>",
});

export const moduleOps = [module_, cast] as const;
export const functionOps = [func, return_, call, constant, callIndirect] as const;
