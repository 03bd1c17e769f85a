/**
 * @file The operations of VHLO: those of the op table, each in one or two versions. What the op table does
 * not say stands here as data: which attributes are spread over several, what came when (spec/stablehlo 1.3,
 * 3.7).
 */
import type { AttributeKind } from "../ops/kinds.js";
import { findOp, opDefinitions } from "../ops/index.js";
import { newestVersion, oldestVersion, type Version } from "./versions.js";

/** Fields of a struct attribute that VHLO has as attributes of the op, with their names there. */
export type SpreadFields = Readonly<Record<string, string>>;

const sameNames = (...names: readonly string[]): SpreadFields =>
  Object.fromEntries(names.map((name) => [name, name]));

/** By the name of the attribute's kind. */
const spread: ReadonlyMap<string, SpreadFields> = new Map([
  [
    "dot",
    sameNames(
      "lhs_batching_dimensions",
      "rhs_batching_dimensions",
      "lhs_contracting_dimensions",
      "rhs_contracting_dimensions",
    ),
  ],
  [
    "dot_algorithm",
    sameNames(
      "lhs_precision_type",
      "rhs_precision_type",
      "accumulation_type",
      "lhs_component_count",
      "rhs_component_count",
      "num_primitive_operations",
      "allow_imprecise_accumulation",
    ),
  ],
  [
    "gather",
    sameNames(
      "offset_dims",
      "collapsed_slice_dims",
      "operand_batching_dims",
      "start_indices_batching_dims",
      "start_index_map",
      "index_vector_dim",
    ),
  ],
  [
    "scatter",
    sameNames(
      "update_window_dims",
      "inserted_window_dims",
      "input_batching_dims",
      "scatter_indices_batching_dims",
      "scatter_dims_to_operand_dims",
      "index_vector_dim",
    ),
  ],
  [
    "conv",
    sameNames(
      "input_batch_dimension",
      "input_feature_dimension",
      "input_spatial_dimensions",
      "kernel_input_feature_dimension",
      "kernel_output_feature_dimension",
      "kernel_spatial_dimensions",
      "output_batch_dimension",
      "output_feature_dimension",
      "output_spatial_dimensions",
    ),
  ],
]);

/** Ops whose channel has a type too. */
const typedChannels: ReadonlySet<string> = new Set(["stablehlo.send", "stablehlo.recv"]);

/** The fields of an attribute that become attributes of their own, or undefined when it stays one. */
export function spreadFields(operation: string, kind: AttributeKind): SpreadFields | undefined {
  if (kind.name !== "channel_handle") return spread.get(kind.name);
  return typedChannels.has(operation)
    ? { handle: "channel_id", type: "channel_type" }
    : { handle: "channel_id" };
}

/** How the second version of an operation differs from the first. */
interface Revision {
  readonly since: Version;
  /** Attributes that are new; the first version means their defaults. */
  readonly adds?: readonly string[];
  /** Attributes that are gone; the first version always has their defaults. */
  readonly drops?: readonly string[];
  /** The first version takes one operand only. */
  readonly fromOneOperand?: true;
  /** The first version has no regions. */
  readonly addsRegions?: true;
}

const batching = (prefix: string): Revision => ({
  since: "1.1.0",
  adds: [
    `${prefix}_batching_dims`,
    prefix === "input" ? "scatter_indices_batching_dims" : "start_indices_batching_dims",
  ],
});
const variadic: Revision = { since: "1.5.0", fromOneOperand: true };
const pairs: Revision = { since: "1.12.0", adds: ["source_target_pairs"] };
const accuracy: Revision = { since: "1.10.0", adds: ["result_accuracy"] };

const revisions: Readonly<Record<string, Revision>> = {
  all_gather: variadic,
  all_reduce: variadic,
  all_to_all: variadic,
  cbrt: accuracy,
  collective_broadcast: { since: "1.20.0", adds: ["has_dynamic_root"], fromOneOperand: true },
  composite: { since: "1.14.0", addsRegions: true },
  cosine: accuracy,
  custom_call: { since: "1.18.0", adds: ["result_tilings"] },
  dot_general: { since: "1.6.0", adds: Object.values(spread.get("dot_algorithm")!) },
  dynamic_conv: { since: "0.20.0", drops: ["padding"] },
  dynamic_gather: batching("operand"),
  exponential: { ...accuracy, since: "1.9.0" },
  exponential_minus_one: accuracy,
  gather: batching("operand"),
  log: accuracy,
  log_plus_one: accuracy,
  logistic: accuracy,
  recv: pairs,
  rsqrt: accuracy,
  scatter: batching("input"),
  send: pairs,
  sine: accuracy,
  sqrt: accuracy,
  tan: accuracy,
  tanh: accuracy,
};

/** Operations that are not as old as VHLO. */
const introductions: Readonly<Record<string, Version>> = {
  async_done: "1.15.0",
  async_start: "1.15.0",
  collective_broadcast: "0.16.0",
  collective_reduce: "1.19.0",
  composite: "0.19.0",
  tan: "1.4.0",
};

/** One version of an operation. */
export interface VhloOp {
  /** e.g. `vhlo.gather_v2`. */
  readonly name: string;
  /** e.g. `stablehlo.gather`; `stablehlo.return` may be a `func.return`. */
  readonly operation: string;
  readonly version: 1 | 2;
  /** The versions of StableHLO that have it, both included. */
  readonly since: Version;
  readonly until: Version;
  /** Names of its attributes, sorted. */
  readonly attributes: readonly string[];
  /** What the next version changed, when this is the first of two. */
  readonly next?: Revision;
}

/** The last minor version before `version`. */
function before(version: Version): Version {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return minor > 0 ? `${major}.${minor - 1}.0` : `${major - 1}.20.0`;
}

function attributeNames(operation: string): string[] {
  return Object.entries(findOp(operation)?.attributes ?? {}).flatMap(([name, kind]) =>
    Object.values(spreadFields(operation, kind) ?? { [name]: name }),
  );
}

function versionsOf(operation: string, baseName: string): readonly VhloOp[] {
  const revision = revisions[baseName];
  const since = introductions[baseName] ?? oldestVersion;
  const names = attributeNames(operation).sort();
  const first = { operation, name: `vhlo.${baseName}_v1`, version: 1, since } as const;
  if (revision === undefined) return [{ ...first, until: newestVersion, attributes: names }];
  const { adds = [], drops = [] } = revision;
  const oldNames = [...names.filter((name) => !adds.includes(name)), ...drops].sort();
  const second = { operation, name: `vhlo.${baseName}_v2`, version: 2, since: revision.since } as const;
  return [
    { ...first, until: before(revision.since), attributes: oldNames, next: revision },
    { ...second, until: newestVersion, attributes: names },
  ];
}

const functionOps: Readonly<Record<string, string>> = {
  "func.func": "func",
  "func.call": "call",
};

const all = opDefinitions.flatMap(({ name }) => {
  const baseName = name.startsWith("stablehlo.") ? name.slice("stablehlo.".length) : functionOps[name];
  return baseName === undefined ? [] : versionsOf(name, baseName);
});
const byName = new Map(all.map((op) => [op.name, op]));
const byOperation = new Map<string, readonly VhloOp[]>();
for (const op of all) byOperation.set(op.operation, [...(byOperation.get(op.operation) ?? []), op]);

/** The operation of a VHLO name such as `vhlo.add_v1`, or undefined. */
export const findVhloOp = (name: string): VhloOp | undefined => byName.get(name);

/** The versions of an operation, oldest first; undefined when VHLO has no such operation. */
export const vhloVersions = (operation: string): readonly VhloOp[] | undefined =>
  byOperation.get(operation === "func.return" ? "stablehlo.return" : operation);
