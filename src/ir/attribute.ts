/**
 * @file Attributes as MLIR has them, for what the op table does not type: discardable attributes, attributes of unknown
 * ops, and the text and bytes of typed ones. Typed ("inherent") attributes live in the IR as plain JS values, see ops/kinds.ts.
 */
import type { Elements } from "./elements.js";
import type { Location } from "./location.js";
import type { ShardyAttribute } from "./sdy/attributes.js";
import type { Type } from "./types.js";

export type Attribute =
  | { readonly kind: "unit" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint; readonly type: Type }
  /** `value` is the exact number; `bits` is the pattern of a NaN, which keeps its payload; all others follow from the number. */
  | { readonly kind: "float"; readonly value: number; readonly bits?: bigint; readonly type: Type }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "symbol"; readonly path: readonly string[] }
  | { readonly kind: "type"; readonly type: Type }
  | { readonly kind: "array"; readonly items: readonly Attribute[] }
  | { readonly kind: "dictionary"; readonly entries: AttributeDictionary }
  /** `array<i64: 1, 2>`; i1 items are 0n and 1n, float items are numbers, but a NaN is its bit pattern, which keeps its payload. */
  | { readonly kind: "denseArray"; readonly element: string; readonly items: readonly (bigint | number)[] }
  | { readonly kind: "elements"; readonly value: Elements }
  | { readonly kind: "resource"; readonly key: string; readonly type: Type }
  /** `#stablehlo<comparison_direction LT>` and `#stablehlo.result_accuracy_mode<DEFAULT>`. */
  | { readonly kind: "enum"; readonly dialect: string; readonly name: string; readonly value: string }
  /** `#stablehlo.gather<offset_dims = [1], ..>` with fields decoded to numbers, lists, strings ... */
  | {
      readonly kind: "struct";
      readonly dialect: string;
      readonly name: string;
      readonly fields: AttributeDictionary;
    }
  | { readonly kind: "location"; readonly location: Location }
  /** `#sdy.sharding<@mesh, [{"x"}]>` */
  | { readonly kind: "sdy"; readonly value: ShardyAttribute }
  /** Anything of a dialect we do not model, as its text. */
  | { readonly kind: "opaque"; readonly text: string };

export type AttributeDictionary = ReadonlyMap<string, Attribute>;

export const emptyDictionary: AttributeDictionary = new Map();
export const stringAttribute = (value: string): Attribute => ({ kind: "string", value });
export const integerAttribute = (value: number | bigint, type: Type): Attribute => ({
  kind: "integer",
  value: BigInt(value),
  type,
});
