/** @file What the generated layout data means. C names stay as the header writes them. */

/** How a field's bytes are read and written; little-endian, 64-bit. */
export type FieldKind = "pointer" | "usize" | "i64" | "u64" | "i32" | "enum" | "bool" | "f32";

/** `[offset, kind]`, then the struct's name if it lies inside, or the minor version if the field came later than its struct. */
export type FieldLayout =
  | readonly [offset: number, kind: FieldKind]
  | readonly [offset: number, kind: FieldKind, since: number]
  | readonly [offset: number, kind: "struct", of: string];

/** A struct: what the caller writes (`in`, also in/out fields) and what the plugin writes (`out`). Bytes. */
export interface StructLayout {
  /** `sizeof`, padded. */
  readonly size: number;
  /** `[minor, X_STRUCT_SIZE from then on]`, ascending; empty for a struct without a `struct_size` field. */
  readonly sizes: readonly (readonly [minor: number, size: number])[];
  readonly in: Readonly<Record<string, FieldLayout>>;
  readonly out: Readonly<Record<string, FieldLayout>>;
}

/** Where a function's pointer lies in its table, and whether it returns a `PJRT_Error*`. */
export interface SlotLayout {
  readonly offset: number;
  readonly returns: "error" | "void";
  readonly since?: number;
}

/** An extension: its mark in the chain; `table` is the offset of a pointer to the function table, where that lies apart. */
export interface ExtensionLayout {
  readonly type: number;
  readonly table?: number;
  readonly functions: Readonly<Record<string, SlotLayout>>;
}
