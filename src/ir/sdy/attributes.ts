/**
 * @file Shardy's attributes as data: how tensors are split over a mesh of devices. Numbers that MLIR keeps as 64 bits are bigints;
 * positions (of dimensions, of factors) are numbers. `kind` is Shardy's own name of the attribute.
 */

/** `"x"=2`: an axis of a mesh and how many devices lie along it. */
export interface MeshAxis {
  readonly kind: "mesh_axis";
  readonly name: string;
  readonly size: bigint;
}

/** `<["x"=2, "y"=4], device_ids=[..]>`; without ids the devices are numbered in the order of the axes. */
export interface Mesh {
  readonly kind: "mesh";
  readonly axes: readonly MeshAxis[];
  readonly deviceIds: readonly bigint[];
}

/** `(2)4`: the part of an axis that is `size` long and has parts of the product `preSize` before it. */
export interface SubAxisInfo {
  readonly kind: "sub_axis_info";
  readonly preSize: bigint;
  readonly size: bigint;
}

/** `"x"` or `"x":(2)4`: a whole axis, or a part of one. */
export interface AxisRef {
  readonly kind: "axis_ref";
  readonly name: string;
  readonly subAxis?: SubAxisInfo | undefined;
}

/** `{"x", "y", ?}p1`: the axes of one dimension, from major to minor; `?` leaves it open to more. */
export interface DimensionSharding {
  readonly kind: "dimension_sharding";
  readonly axes: readonly AxisRef[];
  readonly isClosed: boolean;
  /** Lower is earlier. */
  readonly priority?: number | undefined;
}

/** How values along unreduced axes become one. */
export type ReductionOp = "sum" | "max" | "min";

/** `<@mesh, [{"x"}, {}], replicated={"y"}, unreduced={"z"}>`. */
export interface TensorSharding {
  readonly kind: "sharding";
  /** The symbol of a mesh, or the mesh itself. */
  readonly mesh: string | Mesh;
  readonly dimensions: readonly DimensionSharding[];
  readonly replicated: readonly AxisRef[];
  readonly unreduced: readonly AxisRef[];
  /** `sum` when nothing is unreduced. */
  readonly reductionOp: ReductionOp;
}

/** `<[<@mesh, [{}]>, <@mesh, [{"x"}]>]>`: one sharding for each operand or result. */
export interface ShardingPerValue {
  readonly kind: "sharding_per_value";
  readonly shardings: readonly TensorSharding[];
}

/** `{"x", "y"}`: the axes along which a manual computation sees the shards of one device. */
export interface ManualAxes {
  readonly kind: "manual_axes";
  readonly axes: readonly string[];
}

/** `ij`: the factors that a dimension is made of, from major to minor; `i` is factor 0. */
export interface DimMapping {
  readonly kind: "dim_mapping";
  readonly factors: readonly number[];
}

/** `[ij, k]`: the factors of each dimension of a tensor. */
export interface TensorMapping {
  readonly kind: "tensor_mapping";
  readonly dimensions: readonly DimMapping[];
}

/** `<([i, k], [k, j])->([i, j]) {i=8, j=2, k=4} reduction={k}>`: which dimensions of an op are sharded alike. */
export interface OpShardingRule {
  readonly kind: "op_sharding_rule";
  readonly factorSizes: readonly bigint[];
  readonly operands: readonly TensorMapping[];
  readonly results: readonly TensorMapping[];
  /** Factors that need a reduction when they are sharded. */
  readonly reduction: readonly number[];
  /** Factors that must not be sharded. */
  readonly needReplication: readonly number[];
  /** Factors that need a collective permute when they are sharded. */
  readonly permutation: readonly number[];
  /** Factors along which shardings do not spread. */
  readonly blockedPropagation: readonly number[];
  /** Of the author, not of the op's semantics. */
  readonly isCustom: boolean;
}

/** `{"x", "y"}`. */
export interface AxisRefList {
  readonly kind: "axis_ref_list";
  readonly axes: readonly AxisRef[];
}

/** `[{"x"}, {}]`: axes for each dimension. */
export interface ListOfAxisRefLists {
  readonly kind: "list_of_axis_ref_lists";
  readonly lists: readonly AxisRefList[];
}

/** `{"x"}: 0->1`: axes that move from one dimension to another. */
export interface AllToAllParam {
  readonly kind: "all_to_all_param";
  readonly axes: readonly AxisRef[];
  readonly sourceDimension: bigint;
  readonly targetDimension: bigint;
}

/** `[{"x"}: 0->1, {"y"}: 2->3]`. */
export interface AllToAllParamList {
  readonly kind: "all_to_all_param_list";
  readonly params: readonly AllToAllParam[];
}

/** Any attribute of Shardy. */
export type ShardyAttribute =
  | MeshAxis
  | Mesh
  | SubAxisInfo
  | AxisRef
  | DimensionSharding
  | TensorSharding
  | ShardingPerValue
  | ManualAxes
  | DimMapping
  | TensorMapping
  | OpShardingRule
  | AxisRefList
  | ListOfAxisRefLists
  | AllToAllParam
  | AllToAllParamList;

/** The attribute of one kind. */
export type ShardyAttributeOf<K extends ShardyAttribute["kind"]> = Extract<
  ShardyAttribute,
  { readonly kind: K }
>;

/** Letters of the first factors: i to z. */
const letters = "ijklmnopqrstuvwxyz";

/** The symbol of a factor: `i`, `j`, .. `z`, `z_1`, `z_2` .. */
export const factorSymbol = (factor: number): string =>
  letters[factor] ?? `z_${factor - (letters.length - 1)}`;

/** The factors that symbols without blanks name, `ijz_1`; undefined when one of them names none. */
export function factorsOf(symbols: string): readonly number[] | undefined {
  if (!/^(?:z_[1-9]\d{0,8}|[i-z])*$/.test(symbols)) return undefined;
  return Array.from(symbols.matchAll(/z_(\d+)|[i-z]/g), ([letter, number]) =>
    number === undefined ? letters.indexOf(letter) : letters.length - 1 + Number(number),
  );
}
