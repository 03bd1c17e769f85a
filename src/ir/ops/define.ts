/**
 * @file How an op is declared: once, as data and one function. Builder, verifier, parser, printer, docs and tests follow
 * from the declaration; a consumer that needs a rule per op is a record typed over all op names.
 */
import type { Block, Region, Value } from "../operation.js";
import type { TensorType, Type } from "../types.js";
import type { Version } from "../versions.js";
import type { AttributeKind } from "./kinds.js";
import { checkMembers } from "../../support/members.js";
import { UsageError } from "../../support/errors.js";

/**
 * The element types an operand may have, one letter a class: P i1, I integers, S signless
 * integers, F floats, C complex, Q and A per-tensor and per-axis quantised, T token, U tuple, B buffer, X index, N future,
 * K tensors without a rank, Z MLIR's signed integers, O types of other dialects, and tensors of MLIR's signed integers, V scalars,
 * functions and none, which functions may pass but no op computes with.
 */
export type TypeClass = string;

export interface OperandDefinition {
  readonly name: string;
  readonly types: TypeClass;
  /** Any number of operands; several such groups share the operands equally. */
  readonly variadic?: true;
  /** None or one. */
  readonly optional?: true;
}

/**
 * pure: no effect, may be removed, merged, moved. elementwise: same shapes in and out. commutative: operands may swap.
 * recursive-effects: has the effects of its regions and no others. terminator: ends its block. isolated: its regions see no outer values. symbol: names itself with sym_name.
 * recurrent: each step along time needs the one before it.
 * sized: attributes name sizes of the result, so that the same attributes do not fit fewer rows.
 * deprecated: no HLO op, or on its way out; read from text, never emitted.
 */
export type Trait =
  | "pure"
  | "elementwise"
  | "commutative"
  | "idempotent"
  | "recursive-effects"
  | "terminator"
  | "isolated"
  | "symbol"
  | "recurrent"
  | "sized"
  | "deprecated";

export type AttributeTable = Readonly<Record<string, AttributeKind>>;

type OptionalNames<A extends AttributeTable> = {
  [K in keyof A]: A[K] extends { readonly optional: false } ? never : K;
}[keyof A];
type ValueOf<K> = K extends AttributeKind<infer T> ? T : never;

/** The attribute values of an op, by the kinds it declares. */
export type AttributesOf<A extends AttributeTable> = {
  readonly [K in Exclude<keyof A, OptionalNames<A>>]: ValueOf<A[K]>;
} & { readonly [K in OptionalNames<A>]?: ValueOf<A[K]> | undefined };

/** What an op's `infer` sees: the op's parts, and how to complain. */
export interface OpView<A> {
  readonly operands: readonly Value[];
  readonly attributes: A;
  readonly regions: readonly Region[];
  /** The result types that were written or asked for; empty when the caller wants them inferred. */
  readonly resultTypes: readonly Type[];
  /** The operand's type as a tensor; complains when it is none. */
  tensor(index: number): TensorType;
  /** The requested result type as a tensor; complains when it is missing or none. */
  resultTensor(index?: number): TensorType;
  /** Throws a VerifyError with the spec's label unless `condition` holds. */
  check(condition: boolean, constraint: string, message: string): void;
  /** The single-block body of region `index`. */
  body(index: number): Block;
}

/**
 * How the pretty form is written. `unary` and `binary` are the templates `%operand : T` and `%lhs, %rhs : T` with the
 * operands of the table; `generic` has no pretty form; `custom` is written by hand (text/forms/). A template is the text
 * after the op's name and a space:
 *
 *   %name        the operand of that name; `%name...` all operands of a variadic group, with commas between
 *   $name        the attribute of that name in short form: numbers and booleans bare (`3`, `true`), i64[] as `[1, 0]`,
 *                enums by their bare word (`LT`), lists of enums as `[DEFAULT, HIGH]`, strings quoted; of any other kind, or
 *                written `$$name`, as an attribute with its type (`dense<1> : tensor<2xi32>`, `1.0e-04 : f64`)
 *   <...>?       an optional part, written when the attribute in it is present: `%a<, lower = $lower>? : T`
 *   {..}         only as the first piece: the attribute dictionary of what is left, which otherwise comes just before the
 *                colon of the tail
 *   other text   itself, brackets and parentheses too
 *   : TAIL       the types, always last. In the tail
 *                `T` is one type for all operands and results while they are equal, else `F`; `F` the function type
 *                `(A, B) -> C`; `O` the operand types and `R` the result types, with commas between; `O1` the first
 *                operand's type alone. Other text stands for itself: `: O -> (R)`.
 *                No tail: every type follows from the attributes and the operands.
 *
 * A comma before a variadic group belongs to the group: `%operand, %start_indices..., sizes = $slice_sizes : F` with no
 * start indices reads `%x, sizes = [] : F`. `%results... : O` with no operands writes nothing at all.
 */
export type Assembly = "unary" | "binary" | "generic" | "custom" | { readonly template: string };

/**
 * Along which axis each operand and each result holds rows, in the order of operands and results; undefined for those that hold none (a
 * matrix that all rows are multiplied by).
 */
export interface RowAxes {
  readonly operands: readonly (number | undefined)[];
  readonly results: readonly (number | undefined)[];
}

/** What a rule about rows sees of an operation; all operands and results are tensors of static shape that are not quantised. */
export interface RowView<A> {
  readonly operands: readonly Value[];
  readonly results: readonly Value[];
  readonly attributes: A;
  readonly regions: readonly Region[];
}

/** What a version of StableHLO changed about an op that was there before, beside the attributes it brought. */
export interface Revision {
  readonly since: Version;
  /** Before, the op took one operand. */
  readonly fromOneOperand?: true;
  /** Before, the op had no regions. */
  readonly addsRegions?: true;
  /** Before, the op had these attributes too, which meant nothing. */
  readonly drops?: readonly string[];
}

export interface OpDefinition<
  Name extends string = string,
  A extends AttributeTable = AttributeTable,
  Form extends Assembly = Assembly,
> {
  readonly name: Name;
  /** One sentence. */
  readonly summary: string;
  readonly operands: readonly OperandDefinition[];
  readonly attributes: A;
  /** Names of the regions, in order; the last may be variadic (`*branches`). */
  readonly regions?: readonly string[];
  readonly traits: readonly Trait[];
  /** The version of StableHLO that brought the op; absent for those that are as old as portable artifacts (0.9). */
  readonly since?: Version;
  readonly revision?: Revision;
  /**
   * Verifies and infers in one: complains through `op.check`, and returns the result types. Where types cannot be inferred
   * (reshape, iota ...), it checks the requested ones and returns them.
   */
  infer(op: OpView<AttributesOf<A>>): readonly Type[];
  /**
   * The rows along `axis` of the first result, where the op computes each of them from the same row of its operands alone: operands whose
   * rows stand in another order give results whose rows stand in that order. undefined where it does not. Without operands that hold rows
   * all rows are equal. Elementwise ops need no rule. Asked through `rowAxesOf` (ir/analysis/row-axes.ts).
   */
  rowAxes?(op: RowView<AttributesOf<A>>, axis: number): RowAxes | undefined;
  /**
   * Axes of the operands along which rows are added up or combined in any order, each list one axis an operand: to permute the rows of all
   * operands of a list in the same way changes no result but for the order of its sum. Asked through `summedRowsOf`.
   */
  summedRows?(op: RowView<AttributesOf<A>>): readonly RowAxes["operands"][];
  /** The rows along time of an op that mixes them, and takes them in the strided layout by its attribute `strided`. */
  timeAxes?(op: RowView<AttributesOf<A>>): RowAxes;
  /** The axis of the first operand along which the op mixes rows, where it takes them in the order of time alone. */
  timeAxis?(op: RowView<AttributesOf<A>>): number;
  readonly assembly: Form;
  /** A line that parses, verifies and prints back as written, given the functions around it (docs and tests). */
  readonly example: string;
}

/** Declares an op; literal names, attribute kinds and the kind of its text form are kept by inference. */
export function defineOp<
  const Name extends string,
  const A extends AttributeTable,
  const Form extends Assembly,
>(definition: OpDefinition<Name, A, Form>): OpDefinition<Name, A, Form> {
  checkMembers("defineOp", "definition", definition, MEMBERS);
  const { name, operands } = definition;
  if (!/^\w+(?:\.[\w-]+)+$/.test(name)) {
    throw new UsageError({
      message: `an op cannot be called "${name}"`,
      expected: "the name of its dialect, a dot, and its own: signal.soft_clip",
    });
  }
  for (const each of operands)
    checkMembers(`defineOp of ${name}`, "operand", each, { name: "text", types: "text" });
  return definition;
}

const MEMBERS = {
  name: "text",
  summary: "text",
  operands: "list",
  attributes: "object",
  traits: "list",
  infer: "function",
} as const;

/** The shape of a value that a rule about rows sees. */
export const rowShape = ({ type }: Value): readonly number[] => (type as TensorType).shape;

/** Shorthand for an operand. */
export const operand = (name: string, types: TypeClass): OperandDefinition => ({ name, types });
/** Shorthand for a variadic operand group. */
export const variadic = (name: string, types: TypeClass): OperandDefinition => ({
  name,
  types,
  variadic: true,
});
