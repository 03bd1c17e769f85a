/** @file Tuples, tokens and what carries tokens: after_all, infeed, outfeed, send, recv. */
import type { Attribute } from "../attribute.js";
import type { Integer } from "../integers.js";
import { formatType, isStatic, tokenType, tupleType, type Type } from "../types.js";
import { defineOp, operand, variadic } from "./define.js";
import {
  absentAs,
  attributeArray,
  bool,
  denseI64,
  i32,
  optional,
  optionalList,
  since,
  string,
} from "./kinds.js";
import { checkPairs } from "./replica-groups.js";
import { typeList, type View } from "./constraints.js";
import { channelHandle } from "./structs.js";

const tuple = defineOp({
  name: "stablehlo.tuple",
  summary: "Packs values into one.",
  operands: [variadic("val", "PIFCQATUB")],
  attributes: {},
  traits: ["pure"],
  infer: (op) => [tupleType(op.operands.map((value) => value.type))],
  assembly: "custom",
  example: "%0 = stablehlo.tuple %arg0, %arg1 : tuple<tensor<4xf32>, tensor<i32>>",
});

const getTupleElement = defineOp({
  name: "stablehlo.get_tuple_element",
  summary: "One value of a tuple.",
  operands: [operand("operand", "U")],
  attributes: { index: i32 },
  traits: ["pure"],
  infer: (op) => {
    const { type } = op.operands[0]!;
    const { index } = op.attributes;
    const element = type.kind === "tuple" ? type.elements[index] : undefined;
    op.check(element !== undefined, "get_tuple_element_c1", `${formatType(type)} has no element ${index}`);
    return [element!];
  },
  assembly: { template: "%operand[$index] : F" },
  example: "%0 = stablehlo.get_tuple_element %arg0[1] : (tuple<tensor<4xf32>, tensor<i32>>) -> tensor<i32>",
});

const afterAll = defineOp({
  name: "stablehlo.after_all",
  summary: "A token that comes after all of the given ones.",
  operands: [variadic("inputs", "T")],
  attributes: {},
  traits: ["pure"],
  infer: () => [tokenType],
  assembly: { template: "%inputs... : T" },
  example: "%0 = stablehlo.after_all %arg0, %arg1 : !stablehlo.token",
});

const createToken = defineOp({
  name: "stablehlo.create_token",
  summary: "A token that comes after nothing; after_all without operands says the same.",
  operands: [],
  attributes: {},
  traits: ["pure", "deprecated"],
  infer: () => [tokenType],
  assembly: { template: ": R" },
  example: "%0 = stablehlo.create_token : !stablehlo.token",
});

/** Results of infeed and recv: tensors, and a token at the end. `labels` are of: none, not a tensor, not a token. */
function checkReceived(op: View, labels: readonly [string, string, string]): readonly Type[] {
  const types = op.resultTypes;
  op.check(types.length > 0, labels[0], "must have at least one result, the token");
  const data = types.slice(0, -1);
  op.check(
    data.every((type) => type.kind === "tensor" && isStatic(type)),
    labels[1],
    `all results but the last must be static tensors, got ${typeList(types)}`,
  );
  op.check(types.at(-1) === tokenType, labels[2], `the last result must be a token, got ${typeList(types)}`);
  return types;
}

/** Layouts of an infeed: one list of integers per tensor. */
function checkInfeedLayout(op: View, layout: readonly Attribute[]): void {
  const count = op.resultTypes.length - 1;
  op.check(layout.length === count, "infeed_layout", `layout must have ${count} items, got ${layout.length}`);
  for (const item of layout) {
    const isList = item.kind === "array" && item.items.every((leaf) => leaf.kind === "integer");
    op.check(isList, "infeed_layout", "each item of layout must be a list of integers");
  }
}

const infeed = defineOp({
  name: "stablehlo.infeed",
  summary: "Reads tensors from the host's feed.",
  operands: [operand("token", "T")],
  attributes: { infeed_config: optional(string, ""), layout: optionalList(attributeArray) },
  traits: [],
  infer: (op) => {
    const types = checkReceived(op, ["infeed_c1", "infeed_c2", "infeed_c3"]);
    if (op.attributes.layout !== undefined) checkInfeedLayout(op, op.attributes.layout);
    return types;
  },
  assembly: "generic",
  example:
    '%0:2 = "stablehlo.infeed"(%arg0) <{infeed_config = "", layout = [[0]]}> : (!stablehlo.token) -> (tensor<4xf32>, !stablehlo.token)',
});

const outfeed = defineOp({
  name: "stablehlo.outfeed",
  summary: "Writes tensors to the host's feed.",
  operands: [variadic("inputs", "PIFCQA"), operand("token", "T")],
  attributes: { outfeed_config: optional(string, "") },
  traits: [],
  infer: () => [tokenType],
  assembly: "generic",
  example:
    '%0 = "stablehlo.outfeed"(%arg0, %arg1) <{outfeed_config = ""}> : (tensor<4xf32>, !stablehlo.token) -> !stablehlo.token',
});

const channelTypes = { deviceToDevice: 1, deviceToHost: 2, hostToDevice: 3 } as const;

const transfer = {
  channel_handle: channelHandle,
  is_host_transfer: optional(bool, false),
  source_target_pairs: since(
    "1.12.0",
    absentAs(optional(denseI64), () => ({ shape: [0], values: [] })),
  ),
};

interface Transfer {
  readonly channel_handle: { readonly type: Integer };
  readonly is_host_transfer?: boolean | undefined;
  readonly source_target_pairs?: Parameters<typeof checkPairs>[1] | undefined;
}

function checkTransfer(op: View, attributes: Transfer, name: string, hostType: number): void {
  const isHost = attributes.is_host_transfer === true;
  const expected = isHost ? hostType : channelTypes.deviceToDevice;
  const { type } = attributes.channel_handle;
  op.check(type === expected, `${name}_c5`, `the channel type must be ${expected}, got ${type}`);
  const { source_target_pairs: pairs } = attributes;
  // An empty list is no list, whatever its shape.
  if (pairs !== undefined && pairs.values.length > 0) checkPairs(op, pairs, name);
}

const send = defineOp({
  name: "stablehlo.send",
  summary: "Sends tensors over a channel.",
  operands: [variadic("inputs", "PIFCQA"), operand("token", "T")],
  attributes: transfer,
  traits: [],
  infer: (op) => {
    checkTransfer(op, op.attributes, "send", channelTypes.deviceToHost);
    return [tokenType];
  },
  assembly: "generic",
  example:
    '%0 = "stablehlo.send"(%arg0, %arg1) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 2>, is_host_transfer = true}> : (tensor<4xf32>, !stablehlo.token) -> !stablehlo.token',
});

const recv = defineOp({
  name: "stablehlo.recv",
  summary: "Receives tensors from a channel.",
  operands: [operand("token", "T")],
  attributes: transfer,
  traits: [],
  infer: (op) => {
    checkTransfer(op, op.attributes, "recv", channelTypes.hostToDevice);
    return checkReceived(op, ["recv_results", "recv_results", "recv_results"]);
  },
  assembly: "generic",
  example:
    '%0:2 = "stablehlo.recv"(%arg0) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 3>, is_host_transfer = true}> : (!stablehlo.token) -> (tensor<4xf32>, !stablehlo.token)',
});

export const tupleOps = [tuple, getTupleElement, afterAll, createToken, infeed, outfeed, send, recv] as const;
