/** @file Offsets and sizes of C structs on a 64-bit machine (LP64), by the System V rules, from declarations. */
import type { Declaration, Direction, FieldDeclaration, Header, TypeReference } from "./declarations.js";

/** How a field's bytes are read and written. */
export type ScalarKind = "pointer" | "usize" | "i64" | "u64" | "i32" | "enum" | "bool" | "f32";

export interface ComputedField {
  readonly name: string;
  readonly offset: number;
  readonly width: number;
  readonly kind: ScalarKind | "struct";
  /** The struct's name where kind is "struct"; the function's where the field is a slot. */
  readonly of?: string;
  readonly flow: Direction;
}

export interface ComputedStruct {
  readonly name: string;
  readonly fields: readonly ComputedField[];
  readonly alignment: number;
  /** `sizeof`: padded to the alignment. */
  readonly size: number;
  /** `X_STRUCT_SIZE`: offset plus size of the field that the traits name, not padded. */
  readonly structSize: number;
}

export interface ComputedFunction {
  readonly name: string;
  readonly argument: string;
  readonly returnsError: boolean;
}

export interface ComputedEnum {
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly value: number }[];
}

/** Everything the generator knows of one header together with those it includes. */
export interface Layout {
  readonly structs: ReadonlyMap<string, ComputedStruct>;
  readonly functions: ReadonlyMap<string, ComputedFunction>;
  readonly enums: ReadonlyMap<string, ComputedEnum>;
  readonly constants: ReadonlyMap<string, number>;
}

const SCALARS: Readonly<Record<string, readonly [ScalarKind, width: number]>> = {
  size_t: ["usize", 8],
  int64_t: ["i64", 8],
  uint64_t: ["u64", 8],
  intptr_t: ["u64", 8],
  uintptr_t: ["u64", 8],
  int: ["i32", 4],
  int32_t: ["i32", 4],
  bool: ["bool", 1],
  float: ["f32", 4],
};

const alignUp = (offset: number, alignment: number): number => Math.ceil(offset / alignment) * alignment;

/** The direction a field's comment states. `// backs x` belongs to an out field. No comment means the caller writes it. */
export function directionOf(comment: string | undefined): Direction {
  const text = comment?.replace(/^\/\/\s*/, "") ?? "";
  if (/^in\/out\b|^pointer to array in; values written as out|^out, but read below/.test(text))
    return "inout";
  return /^out\b|^backs /.test(text) ? "out" : "in";
}

/**
 * Computes the layout of a header's structs.
 * @param included layouts of the headers it includes
 * @throws Error naming the struct and field, for a type it does not know or a traits line that names no field
 */
export function computeLayout(header: Header, included: readonly Layout[] = []): Layout {
  const structs = new Map(included.flatMap((layout) => [...layout.structs]));
  const functions = new Map(included.flatMap((layout) => [...layout.functions]));
  const enums = new Map(included.flatMap((layout) => [...layout.enums]));
  const callbacks = new Set<string>();
  const own = header.declarations;
  const lastFields = lastFieldsOf(own);

  const measure = (type: TypeReference, where: string): Pick<ComputedField, "kind" | "width" | "of"> => {
    if (type.pointers > 0) {
      const isSlot = type.pointers === 1 && functions.has(type.base);
      return isSlot ? { kind: "pointer", width: 8, of: type.base } : { kind: "pointer", width: 8 };
    }
    const scalar = SCALARS[type.base];
    if (scalar !== undefined) return { kind: scalar[0], width: scalar[1] };
    if (callbacks.has(type.base)) return { kind: "pointer", width: 8 };
    if (enums.has(type.base)) return { kind: "enum", width: 4 };
    const nested = structs.get(type.base);
    if (nested === undefined) throw new Error(`${where}: unknown type ${type.base}`);
    return { kind: "struct", width: nested.size, of: nested.name };
  };

  const place = (struct: string, fields: readonly FieldDeclaration[], start: number, overlap: boolean) => {
    const placed: ComputedField[] = [];
    let end = start;
    let alignment = 1;
    for (const field of fields) {
      if (field.kind === "union") {
        const alignedAt = alignUp(end, 8);
        const union = place(struct, field.fields, alignedAt, true);
        placed.push(...union.placed);
        end = alignUp(union.end, 8);
        alignment = 8;
        continue;
      }
      const measured =
        field.kind === "value"
          ? measure(field.type, `${struct}.${field.name}`)
          : { kind: "pointer" as const, width: 8, ...(field.kind === "slot" ? { of: field.name } : {}) };
      const own = measured.kind === "struct" ? structs.get(measured.of!)!.alignment : measured.width;
      const offset = alignUp(overlap ? start : end, own);
      placed.push({
        name: field.name,
        offset,
        ...measured,
        flow: directionOf(header.comments.get(field.line)),
      });
      end = Math.max(end, offset + measured.width);
      alignment = Math.max(alignment, own);
    }
    return { placed, end, alignment };
  };

  for (const declaration of own) {
    if (declaration.kind === "callback") callbacks.add(declaration.name);
    if (declaration.kind === "enum" && declaration.name !== undefined) {
      enums.set(declaration.name, computeEnum(declaration.name, declaration.members));
    }
    if (declaration.kind === "function" && declaration.argument !== undefined) {
      const { name, argument, returns } = declaration;
      functions.set(name, { name, argument, returnsError: returns.base !== "void" });
    }
    if (declaration.kind !== "struct") continue;
    const { name } = declaration;
    const { placed, end, alignment } = place(name, declaration.fields, 0, false);
    const size = alignUp(end, alignment);
    const last = lastFields.get(name);
    const lastField = placed.find((field) => field.name === last);
    if (last !== undefined && lastField === undefined)
      throw new Error(`${name}: traits name no field ${last}`);
    const structSize = lastField === undefined ? size : lastField.offset + lastField.width;
    structs.set(name, { name, fields: placed, alignment, size, structSize });
  }
  return { structs, functions, enums, constants: header.constants };
}

function lastFieldsOf(declarations: readonly Declaration[]): ReadonlyMap<string, string> {
  const lastFields = new Map<string, string>();
  for (const declaration of declarations) {
    if (declaration.kind === "traits") lastFields.set(declaration.struct, declaration.lastField);
    if (declaration.kind !== "enum") continue;
    for (const { value } of declaration.members) {
      if (typeof value === "object") lastFields.set(value.struct, value.lastField);
    }
  }
  return lastFields;
}

function computeEnum(name: string, members: Extract<Declaration, { kind: "enum" }>["members"]): ComputedEnum {
  let next = 0;
  const computed = members.map((member) => {
    if (typeof member.value === "object")
      throw new Error(`${name}.${member.name}: a size is not an enumerator here`);
    const value = member.value === "next" ? next : member.value;
    next = value + 1;
    return { name: member.name, value };
  });
  return { name, members: computed };
}
