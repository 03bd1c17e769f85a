/** @file The generated layouts with the types that follow from them: a function's inputs and outputs by its C name. */
import { EXTENSION_STRUCTS, EXTENSIONS } from "./extensions.js";
import { STRUCTS } from "./layout.js";
import { FUNCTIONS } from "./slots.js";
import type { FieldLayout, StructLayout } from "./types.js";

export * from "./enums.js";
export { API_MINOR, FLOOR_MINOR } from "./layout.js";
export type { FieldKind, FieldLayout, SlotLayout, StructLayout } from "./types.js";
export { EXTENSIONS, FUNCTIONS };

export const ALL_STRUCTS = { ...STRUCTS, ...EXTENSION_STRUCTS };

/** What JavaScript sees of a field: pointers and unsigned 64-bit integers are bigint, flags boolean, the rest numbers. */
type FieldValue<F extends FieldLayout> = F[1] extends "pointer" | "u64"
  ? bigint
  : F[1] extends "bool"
    ? boolean
    : F[1] extends "struct"
      ? never
      : number;

type Values<Fields extends Readonly<Record<string, FieldLayout>>> = {
  readonly [Name in keyof Fields as FieldValue<Fields[Name]> extends never ? never : Name]: FieldValue<
    Fields[Name]
  >;
};

export type StructName = keyof typeof ALL_STRUCTS;

/** Functions of PJRT_Api. */
export type FunctionName = keyof typeof FUNCTIONS;

export type ExtensionName = keyof typeof EXTENSIONS;

/** Functions of one extension. */
export type ExtensionFunctionName<E extends ExtensionName> = keyof (typeof EXTENSIONS)[E]["functions"] &
  string;

type ArgumentsOf<F extends string> = `${F}_Args` extends StructName ? `${F}_Args` : never;

/** Fields the caller may set in a struct; what is left out is zero. */
export type StructInputs<S extends StructName> = Partial<Values<(typeof ALL_STRUCTS)[S]["in"]>>;

/** Fields the caller must give to a function; optional ones are passed as 0n, 0 or false. */
export type Inputs<F extends string> = Partial<Values<(typeof ALL_STRUCTS)[ArgumentsOf<F>]["in"]>>;

/** Fields the function answers with. */
export type Outputs<F extends string> = Values<(typeof ALL_STRUCTS)[ArgumentsOf<F>]["out"]>;

/** A struct's layout by name. */
export function structLayout(name: StructName): StructLayout {
  return ALL_STRUCTS[name];
}
