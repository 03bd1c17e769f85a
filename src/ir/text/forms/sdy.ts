/** @file Shardy's ops whose assembly is no template: they write shardings without the prefix that attributes have elsewhere. */
import type { Operation } from "../../operation.js";
import type { OperationOf } from "../../ops/index.js";
import { propagationDirections, reductionOps } from "../../ops/shardy-kinds.js";
import type { ShardingPerValue, ShardyAttribute } from "../../sdy/attributes.js";
import { formatType } from "../../types.js";
import { parseString, parseSymbol } from "../context.js";
import { parsePerValue, parseShardy } from "../parse-sdy.js";
import { formatShardy } from "../print-sdy.js";
import { formatSymbol, quote } from "../strings.js";
import { functionTail, parseFunctionTail, parseSameTypeTail } from "./common.js";
import type { Form, FormParser } from "./form.js";

/** `sdy.mesh @mesh = <["x"=2, "y"=4]>` */
export const meshForm: Form = {
  print(out, operation) {
    const { sym_name, mesh } = (operation as OperationOf<"sdy.mesh">).attributes;
    out.write(` ${formatSymbol([sym_name])} = ${formatShardy(mesh)}`);
    out.dictionary(operation, ["sym_name", "mesh"]);
    return true;
  },
  parse(input, definition) {
    const sym_name = parseSymbol(input.context);
    input.cursor.expect("=");
    const typed = { sym_name, mesh: parseShardy(input.context, "mesh") };
    return input.attributes(definition, input.optionalEntries(), typed);
  },
};

/** `%x allowed_direction=FORWARD : T` */
export const propagationBarrierForm: Form = {
  print(out, operation) {
    const { allowed_direction: direction } = (operation as OperationOf<"sdy.propagation_barrier">).attributes;
    out.write(` ${out.namesOf(operation.operands)} allowed_direction=${direction}`);
    out.dictionary(operation, ["allowed_direction"]);
    out.write(` : ${formatType(operation.operands[0]!.type)}`);
    return true;
  },
  parse(input, definition) {
    const { cursor } = input;
    const operands = [input.use()];
    cursor.expectWord("allowed_direction");
    cursor.expect("=");
    const direction = propagationDirections.find((word) => cursor.acceptWord(word));
    if (direction === undefined) cursor.failExpected("NONE, FORWARD, BACKWARD or BOTH");
    const attributes = input.attributes(definition, input.optionalEntries(), {
      allowed_direction: direction,
    });
    return { operands, resultTypes: parseSameTypeTail(input, operands), ...attributes };
  },
};

/** `max {"x"} %x out_sharding=<@mesh, [{}]> : T`; a sum is not said. */
const reducingForm = (axesName: "reduction_axes" | "reduce_scatter_axes"): Form => ({
  print(out, operation) {
    const attributes = operation.attributes as Readonly<Record<string, unknown>> &
      OperationOf<"sdy.all_reduce" | "sdy.reduce_scatter">["attributes"];
    const { reduction_op: reductionOp = "sum", out_sharding: sharding } = attributes;
    const axes = formatShardy(attributes[axesName] as ShardyAttribute);
    out.write(`${reductionOp === "sum" ? "" : ` ${reductionOp}`} ${axes} ${out.namesOf(operation.operands)}`);
    out.write(` out_sharding=${formatShardy(sharding)}`);
    out.dictionary(operation, [axesName, "reduction_op", "out_sharding"]);
    out.write(` : ${formatType(operation.operands[0]!.type)}`);
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const reduction_op = reductionOps.find((word) => cursor.acceptWord(word));
    const kind = axesName === "reduction_axes" ? "axis_ref_list" : "list_of_axis_ref_lists";
    const axes = parseShardy(context, kind);
    const operands = [input.use()];
    cursor.expectWord("out_sharding");
    cursor.expect("=");
    const typed = {
      [axesName]: axes,
      ...(reduction_op === undefined || reduction_op === "sum" ? {} : { reduction_op }),
      out_sharding: parseShardy(context, "sharding"),
    };
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, resultTypes: parseSameTypeTail(input, operands), ...attributes };
  },
});

export const shardyAllReduceForm = reducingForm("reduction_axes");
export const shardyReduceScatterForm = reducingForm("reduce_scatter_axes");

const hasBody = ({ regions }: Operation): boolean => regions[0]?.blocks.length === 1;

/** ` in_shardings=[<@mesh, [{"x"}]>]`, or nothing when the attribute is absent. */
const formatPerValue = (word: string, value: ShardingPerValue | undefined): string =>
  value === undefined ? "" : ` ${word}=[${value.shardings.map(formatShardy).join(", ")}]`;

function parseField({ cursor, context }: FormParser, word: string): ShardingPerValue {
  cursor.expectWord(word);
  cursor.expect("=");
  return cursor.kind === "attribute" ? parseShardy(context, "sharding_per_value") : parsePerValue(context);
}

/** `(%x) in_shardings=[..] out_shardings=[..] manual_axes={"x"} (%y: T) { .. } : F` */
export const manualComputationForm: Form = {
  print(out, operation) {
    if (!hasBody(operation)) return false;
    const { in_shardings, out_shardings, manual_axes } = (operation as OperationOf<"sdy.manual_computation">)
      .attributes;
    out.write(`(${out.namesOf(operation.operands)})`);
    out.write(formatPerValue("in_shardings", in_shardings) + formatPerValue("out_shardings", out_shardings));
    out.write(` manual_axes=${formatShardy(manual_axes)}`);
    const body = operation.regions[0]!;
    out.write(` (${body.entry.arguments.map((argument) => out.argument(argument)).join(", ")}) `);
    out.region(body, { labelled: false });
    out.dictionary(operation, ["in_shardings", "out_shardings", "manual_axes"]);
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const operands = context.list("(", ")", () => input.use());
    const shardings = {
      in_shardings: parseField(input, "in_shardings"),
      out_shardings: parseField(input, "out_shardings"),
    };
    cursor.expectWord("manual_axes");
    cursor.expect("=");
    const typed = { ...shardings, manual_axes: parseShardy(context, "manual_axes") };
    const declared = context.list("(", ")", () => input.argument());
    const regions = [input.region(definition.name, declared)];
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, regions, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};

/** `<"part">(%x) in_shardings=[..] out_shardings=[..] (%y: T) { .. } : F` */
export const namedComputationForm: Form = {
  print(out, operation) {
    if (!hasBody(operation)) return false;
    const { name, in_shardings, out_shardings } = (operation as OperationOf<"sdy.named_computation">)
      .attributes;
    out.write(`<${quote(name)}>(${out.namesOf(operation.operands)})`);
    out.write(formatPerValue("in_shardings", in_shardings) + formatPerValue("out_shardings", out_shardings));
    const body = operation.regions[0]!;
    out.write(` (${body.entry.arguments.map((argument) => out.argument(argument)).join(", ")}) `);
    out.region(body, { labelled: false });
    out.dictionary(operation, ["name", "in_shardings", "out_shardings"]);
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    cursor.expect("<");
    const name = parseString(context);
    cursor.expect(">");
    const operands = context.list("(", ")", () => input.use());
    const optionalField = (word: string): ShardingPerValue | undefined =>
      cursor.isWord(word) ? parseField(input, word) : undefined;
    const given = {
      in_shardings: optionalField("in_shardings"),
      out_shardings: optionalField("out_shardings"),
    };
    const present = Object.entries(given).filter(([, value]) => value !== undefined);
    const typed = { name, ...Object.fromEntries(present) };
    const declared = context.list("(", ")", () => input.argument());
    const regions = [input.region(definition.name, declared)];
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, regions, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};
