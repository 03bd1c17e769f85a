/** @file What the grammar reads out of a PJRT header: declarations, before any layout is computed. */

/** A C type as written: `const char* const*` is base `char` with two pointers. */
export interface TypeReference {
  readonly base: string;
  readonly pointers: number;
}

/** What the header's comment says of a field: the caller writes it, the plugin writes it, or both. */
export type Direction = "in" | "out" | "inout";

/** One member; a union's members share one place, a function pointer has no type of its own. */
export type FieldDeclaration =
  | { readonly kind: "value"; readonly name: string; readonly type: TypeReference; readonly line: number }
  | { readonly kind: "function"; readonly name: string; readonly line: number }
  | { readonly kind: "slot"; readonly name: string; readonly line: number }
  | { readonly kind: "union"; readonly fields: readonly FieldDeclaration[] };

/** The value of an enumerator: written, counted on from the one before, or the size of a struct's prefix. */
export type EnumeratorValue = number | "next" | { readonly struct: string; readonly lastField: string };

export type Declaration =
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly FieldDeclaration[] }
  | { readonly kind: "opaque"; readonly name: string }
  | {
      readonly kind: "enum";
      readonly name: string | undefined;
      readonly members: readonly { readonly name: string; readonly value: EnumeratorValue }[];
    }
  | {
      readonly kind: "function";
      readonly name: string;
      readonly returns: TypeReference;
      readonly argument: string | undefined;
    }
  | { readonly kind: "callback"; readonly name: string }
  | { readonly kind: "traits"; readonly struct: string; readonly lastField: string };

/** One header, read. `comments` maps a line (from 1) to the text of the comment that ends on it. */
export interface Header {
  readonly declarations: readonly Declaration[];
  readonly constants: ReadonlyMap<string, number>;
  readonly comments: ReadonlyMap<number, string>;
}
