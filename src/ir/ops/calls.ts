/** @file Ops that stand for something else: composite (a function of the module) and custom_call (code of the target). */
import type { Attribute } from "../attribute.js";
import { elementCount, formatType, type Type, tupleType } from "../types.js";
import { numberAt } from "../elements.js";
import { checkBuffers } from "./buffers.js";
import { type AttributesOf, defineOp, type OpView, variadic } from "./define.js";
import {
  absentAs,
  attributeArray,
  bool,
  dictionary,
  either,
  i32,
  listOf,
  optional,
  optionalList,
  since,
  string,
  symbol,
  symbolArray,
} from "./kinds.js";
import { outputOperandAlias } from "./structs.js";

const composite = defineOp({
  name: "stablehlo.composite",
  summary: "An operation named by its author, with a function of the module that says what it does.",
  operands: [variadic("inputs", "PIFCQATU")],
  attributes: {
    name: string,
    composite_attributes: absentAs(optional(dictionary), () => new Map()),
    decomposition: symbol,
    version: optional(i32, 0),
  },
  regions: ["*composite_regions"],
  traits: [],
  since: "0.19.0",
  revision: { since: "1.14.0", addsRegions: true },
  infer: (op) => {
    const { name } = op.attributes;
    op.check(
      /^[a-zA-Z][a-zA-Z0-9_]*([.][a-zA-Z0-9_$]+)+$/.test(name),
      "composite_c1",
      `name must be a dotted name such as "my.op", got "${name}"`,
    );
    return op.resultTypes;
  },
  assembly: "custom",
  example:
    '%0 = stablehlo.composite "my.op" %arg0 {decomposition = @my_op} : (tensor<4xf32>) -> tensor<4xf32>',
});

const customCallAttributes = {
  call_target_name: string,
  has_side_effect: optional(bool, false),
  backend_config: absentAs(optional(either(string, dictionary)), ({ api_version: version }) =>
    version === 4 ? new Map() : "",
  ),
  api_version: optional(i32, 1),
  called_computations: optional(symbolArray, []),
  operand_layouts: optionalList(attributeArray),
  result_layouts: optionalList(attributeArray),
  output_operand_aliases: optional(listOf(outputOperandAlias), []),
  result_tilings: since("1.18.0", optionalList(attributeArray)),
};
type CustomCall = OpView<AttributesOf<typeof customCallAttributes>>;

/** The minor-to-major order of one value, and what it must be a permutation of. */
function checkLayout(op: CustomCall, type: Type, layout: Attribute, what: string): void {
  const order = layout.kind === "elements" ? layout.value : undefined;
  op.check(
    order?.type.shape.length === 1,
    "custom_call_layout",
    `the layout of ${what} must be a list of indices`,
  );
  op.check(type.kind !== "tuple", "custom_call_layout", `${what} is a tuple, which takes no layout`);
  if (type.kind === "unranked") return;
  const rank = type.kind === "tensor" || type.kind === "buffer" ? type.shape.length : 0;
  const count = elementCount(order!.type.shape);
  op.check(
    count === rank,
    "custom_call_layout",
    `the layout of ${what} must have ${rank} indices, has ${count}`,
  );
  const dimensions = Array.from({ length: rank }, (_, i) => numberAt(order!, i));
  const isPermutation = dimensions.every((_, i) => dimensions.includes(i));
  op.check(
    isPermutation,
    "custom_call_layout",
    `the layout of ${what}, [${dimensions.join(", ")}], does not order the dimensions of ${formatType(type)}`,
  );
}

function checkLayouts(op: CustomCall): void {
  const { operand_layouts: operands, result_layouts: results } = op.attributes;
  if (operands === undefined && results === undefined) return;
  const both = operands !== undefined && results !== undefined;
  op.check(both, "custom_call_layout", "operand_layouts and result_layouts must both be given, or neither");
  const [single] = op.resultTypes;
  const resultTypes =
    op.resultTypes.length === 1 && single?.kind === "tuple" ? single.elements : op.resultTypes;
  const check = (types: readonly Type[], layouts: readonly Attribute[], what: string): void => {
    op.check(
      types.length === layouts.length,
      "custom_call_layout",
      `${types.length} ${what}s need as many layouts, got ${layouts.length}`,
    );
    types.forEach((type, i) => {
      checkLayout(op, type, layouts[i]!, `${what} #${i}`);
    });
  };
  check(
    op.operands.map((value) => value.type),
    operands!,
    "operand",
  );
  check(resultTypes, results!, "result");
}

/** The type inside nested tuples that `indices` lead to, or undefined. */
const partOf = (type: Type | undefined, indices: readonly number[]): Type | undefined =>
  indices.reduce<Type | undefined>((at, i) => (at?.kind === "tuple" ? at.elements[i] : undefined), type);

/** All results as one type: a single result itself, several as a tuple. */
const wholeResult = ({ resultTypes }: CustomCall): Type =>
  resultTypes.length === 1 ? resultTypes[0]! : tupleType(resultTypes);

function checkAliases(op: CustomCall): void {
  const results = wholeResult(op);
  for (const alias of op.attributes.output_operand_aliases ?? []) {
    const { operand_index: index, operand_tuple_indices: from, output_tuple_indices: to } = alias;
    const operand = op.operands[index]?.type;
    op.check(operand !== undefined, "custom_call_alias", `operand_index ${index} names no operand`);
    const [given, made] = [partOf(operand, from), partOf(results, to)];
    op.check(
      given !== undefined,
      "custom_call_alias",
      `operand_tuple_indices [${from.join(", ")}] lead nowhere`,
    );
    op.check(made !== undefined, "custom_call_alias", `output_tuple_indices [${to.join(", ")}] lead nowhere`);
    op.check(
      given === made,
      "custom_call_alias",
      `an operand part of ${formatType(given!)} cannot alias an output part of ${formatType(made!)}`,
    );
  }
}

const customCall = defineOp({
  name: "stablehlo.custom_call",
  summary: "Calls code that the target knows by name.",
  operands: [variadic("inputs", "PIFCQATUBNK")],
  attributes: customCallAttributes,
  traits: [],
  infer: (op) => {
    checkLayouts(op);
    checkAliases(op);
    const { api_version: version = 1, backend_config: config } = op.attributes;
    op.check(version >= 0 && version <= 4, "custom_call_api", `api_version must be 0 to 4, got ${version}`);
    const wanted = version === 4 ? "a dictionary" : "a string";
    op.check(
      config === undefined || (typeof config === "string") === (version !== 4),
      "custom_call_config",
      `backend_config must be ${wanted} with api_version ${version}`,
    );
    const { call_target_name: target, output_operand_aliases: aliases = [] } = op.attributes;
    checkBuffers(op, target, wholeResult(op), aliases);
    return op.resultTypes;
  },
  assembly: "custom",
  example: '%0 = stablehlo.custom_call @foo(%arg0) {backend_config = "x"} : (tensor<4xf32>) -> tensor<4xf32>',
});

export const callOps = [composite, customCall] as const;
