/** @file Shardy's attributes from text; wherever one holds another, that may be written with its own prefix, or be an alias. */
import {
  type AllToAllParam,
  type AxisRef,
  type DimensionSharding,
  factorSymbol,
  factorsOf,
  type Mesh,
  type OpShardingRule,
  type ReductionOp,
  type ShardyAttribute,
  type ShardyAttributeOf,
  type TensorMapping,
  type TensorSharding,
} from "../sdy/attributes.js";
import { type ParseContext, parseBigInt, parseString, parseSymbol } from "./context.js";

type Kind = ShardyAttribute["kind"];
type Body<K extends Kind> = (context: ParseContext) => ShardyAttributeOf<K>;

/** The attribute at the cursor when it is one of Shardy's that we know; else undefined, with nothing taken. */
export function parseShardyAttribute(context: ParseContext): ShardyAttribute | undefined {
  const { cursor } = context;
  const [, dotted] = /^#sdy(?:\.(\w+))?$/.exec(cursor.spelling) ?? [];
  const opens = cursor.text[cursor.end] === "<";
  if (!cursor.spelling.startsWith("#sdy") || !opens) return undefined;
  if (dotted !== undefined) {
    if (!isKind(dotted)) return undefined;
    cursor.advance();
    return bodies[dotted](context);
  }
  if (cursor.spelling !== "#sdy") return undefined;
  const mark = cursor.mark();
  cursor.advance();
  cursor.expect("<");
  const kind = cursor.expect("name", "of an attribute");
  if (!isKind(kind)) {
    cursor.return(mark);
    return undefined;
  }
  const value = bodies[kind](context);
  cursor.expect(">");
  return value;
}

/** An attribute of one kind, without its name, as pretty forms have it; or with it; or an alias. */
export function parseShardy<K extends Kind>(context: ParseContext, kind: K): ShardyAttributeOf<K> {
  const { cursor } = context;
  if (cursor.kind !== "attribute") return (bodies[kind] as Body<Kind>)(context) as ShardyAttributeOf<K>;
  const at = cursor.start;
  const value = aliased(context) ?? parseShardyAttribute(context);
  if (value?.kind !== kind) return cursor.fail(`expected an attribute #sdy.${kind}`, at);
  return value as ShardyAttributeOf<K>;
}

function aliased(context: ParseContext): ShardyAttribute | undefined {
  const { cursor } = context;
  const alias = context.attributeAliases.get(cursor.spelling);
  if (alias?.value.kind !== "sdy") return undefined;
  context.expand(alias.size);
  cursor.advance();
  return alias.value.value;
}

const axisSet = (context: ParseContext): AxisRef[] =>
  context.list("{", "}", () => parseShardy(context, "axis_ref"));

/** `word=` */
function expectField({ cursor }: ParseContext, word: string): void {
  cursor.expectWord(word);
  cursor.expect("=");
}

/** `<["x"=2, "y"=4], device_ids=[1, 0]>` */
function parseMesh(context: ParseContext): Mesh {
  const { cursor } = context;
  cursor.expect("<");
  const axes = context.list("[", "]", () => parseShardy(context, "mesh_axis"));
  let deviceIds: bigint[] = [];
  if (cursor.accept(",")) {
    expectField(context, "device_ids");
    deviceIds = context.list("[", "]", () => parseBigInt(context));
  }
  cursor.expect(">");
  return { kind: "mesh", axes, deviceIds };
}

/** `{"x", "y":(1)2, ?}p1` */
function parseDimension(context: ParseContext): DimensionSharding {
  const { cursor } = context;
  const axes: AxisRef[] = [];
  let isClosed = true;
  cursor.expect("{");
  while (cursor.kind !== "}") {
    if (axes.length > 0 && !cursor.accept(",")) cursor.failExpected('"," or "}"');
    isClosed = !cursor.accept("?");
    if (!isClosed) break;
    axes.push(parseShardy(context, "axis_ref"));
  }
  cursor.expect("}");
  return { kind: "dimension_sharding", axes, isClosed, priority: parsePriority(context) };
}

/** Priorities below this fit their field of the bytecode as JS numbers. */
const endOfPriorities = 2 ** 52;

function parsePriority({ cursor }: ParseContext): number | undefined {
  if (cursor.kind !== "name") return undefined;
  const word = cursor.spelling;
  if (!/^p(?:0|[1-9]\d*)$/.test(word)) cursor.failExpected("a priority such as p1");
  const priority = Number(word.slice(1));
  if (priority >= endOfPriorities) cursor.fail("a priority must be less than 2^52");
  cursor.advance();
  return priority;
}

function parseSharding(context: ParseContext): TensorSharding {
  const { cursor } = context;
  cursor.expect("<");
  const mesh = cursor.acceptWord("mesh") ? parseMesh(context) : parseSymbol(context);
  cursor.expect(",");
  const dimensions = context.list("[", "]", () => parseShardy(context, "dimension_sharding"));
  let replicated: readonly AxisRef[] = [];
  let unreduced: readonly AxisRef[] = [];
  let reductionOp: ReductionOp = "sum";
  while (cursor.accept(",")) {
    if (replicated.length === 0 && cursor.isWord("replicated")) {
      expectField(context, "replicated");
      replicated = axisSet(context);
      continue;
    }
    if (unreduced.length > 0 || !cursor.isWord("unreduced"))
      cursor.failExpected("replicated or unreduced axes");
    expectField(context, "unreduced");
    const word = (["max", "min"] as const).find((each) => cursor.acceptWord(each));
    unreduced = axisSet(context);
    reductionOp = unreduced.length === 0 ? "sum" : (word ?? "sum");
  }
  cursor.expect(">");
  return { kind: "sharding", mesh, dimensions, replicated, unreduced, reductionOp };
}

/** `ij`, which is one name for the lexer. */
function parseFactors({ cursor }: ParseContext): readonly number[] {
  const factors = factorsOf(cursor.spelling);
  if (cursor.kind !== "name" || factors === undefined)
    return cursor.failExpected("factors such as i, ij or z_1");
  cursor.advance();
  return factors;
}

function parseFactor(context: ParseContext): number {
  const { cursor } = context;
  const at = cursor.start;
  const [factor, ...rest] = parseFactors(context);
  if (factor === undefined || rest.length > 0) return cursor.fail("one factor stands here", at);
  return factor;
}

const parseMappings = (context: ParseContext): TensorMapping[] =>
  context.list("(", ")", () => parseShardy(context, "tensor_mapping"));

function parseRule(context: ParseContext): OpShardingRule {
  const { cursor } = context;
  cursor.expect("<");
  const operands = parseMappings(context);
  cursor.expect("->");
  const results = parseMappings(context);
  const factorSizes: bigint[] = [];
  if (cursor.kind === "{")
    context.list("{", "}", () => {
      const at = cursor.start;
      if (parseFactor(context) !== factorSizes.length)
        cursor.fail(`the sizes of factors stand in order: ${factorSymbol(factorSizes.length)} is next`, at);
      cursor.expect("=");
      factorSizes.push(parseBigInt(context));
    });
  const factors = (word: string): readonly number[] => {
    if (!cursor.isWord(word)) return [];
    expectField(context, word);
    return context.list("{", "}", () => parseFactor(context));
  };
  const special = {
    reduction: factors("reduction"),
    needReplication: factors("need_replication"),
    permutation: factors("permutation"),
    blockedPropagation: factors("blocked_propagation"),
  };
  const isCustom = cursor.accept(",");
  if (isCustom) cursor.expectWord("custom");
  cursor.expect(">");
  return { kind: "op_sharding_rule", factorSizes, operands, results, ...special, isCustom };
}

/** `{"x"}: 0->1` */
function parseAllToAll(context: ParseContext): AllToAllParam {
  const axes = axisSet(context);
  context.cursor.expect(":");
  const sourceDimension = parseBigInt(context);
  context.cursor.expect("->");
  return { kind: "all_to_all_param", axes, sourceDimension, targetDimension: parseBigInt(context) };
}

/** What follows the name of each kind. */
const bodies: { readonly [K in Kind]: Body<K> } = {
  mesh_axis: (context) => {
    const name = parseString(context);
    context.cursor.expect("=");
    return { kind: "mesh_axis", name, size: parseBigInt(context) };
  },
  mesh: parseMesh,
  sub_axis_info: (context) => {
    context.cursor.expect("(");
    const preSize = parseBigInt(context);
    context.cursor.expect(")");
    return { kind: "sub_axis_info", preSize, size: parseBigInt(context) };
  },
  axis_ref: (context) => {
    const name = parseString(context);
    const subAxis = context.cursor.accept(":") ? parseShardy(context, "sub_axis_info") : undefined;
    return { kind: "axis_ref", name, subAxis };
  },
  dimension_sharding: parseDimension,
  sharding: parseSharding,
  sharding_per_value: (context) => {
    context.cursor.expect("<");
    const value = parsePerValue(context);
    context.cursor.expect(">");
    return value;
  },
  manual_axes: (context) => ({
    kind: "manual_axes",
    axes: context.list("{", "}", () => parseString(context)),
  }),
  dim_mapping: (context) => ({ kind: "dim_mapping", factors: parseFactors(context) }),
  tensor_mapping: (context) => ({
    kind: "tensor_mapping",
    dimensions: context.list("[", "]", () => parseShardy(context, "dim_mapping")),
  }),
  op_sharding_rule: parseRule,
  axis_ref_list: (context) => ({ kind: "axis_ref_list", axes: axisSet(context) }),
  list_of_axis_ref_lists: (context) => ({
    kind: "list_of_axis_ref_lists",
    lists: context.list("[", "]", () => parseShardy(context, "axis_ref_list")),
  }),
  all_to_all_param: parseAllToAll,
  all_to_all_param_list: (context) => ({
    kind: "all_to_all_param_list",
    params: context.list("[", "]", () => parseShardy(context, "all_to_all_param")),
  }),
};

const isKind = (word: string): word is Kind => Object.hasOwn(bodies, word);

/** `[<@mesh, [{}]>, ..]`, as the ops of Shardy write the shardings of all their values. */
export function parsePerValue(context: ParseContext): ShardyAttributeOf<"sharding_per_value"> {
  const shardings = context.list("[", "]", () => parseShardy(context, "sharding"));
  return { kind: "sharding_per_value", shardings };
}
