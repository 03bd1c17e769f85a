/** @file Holds growth.ts against older headers: what they have is older, what they lack is newer, and nothing has moved. */
import { ELEMENT_TYPE_SINCE, FIELD_SINCE, FLOOR_MINOR, FUNCTION_SINCE } from "./growth.js";
import type { ComputedStruct, Layout } from "./layout.js";

/** The minor version at which a field of a struct appeared, FLOOR_MINOR if it was always there. */
export function fieldSince(struct: string, field: string): number {
  return FIELD_SINCE[struct]?.[field] ?? structSince(struct);
}

/** The minor version at which a struct appeared: that of the function whose argument it is. */
function structSince(struct: string): number {
  return FUNCTION_SINCE[struct.replace(/_Args$/, "")] ?? FLOOR_MINOR;
}

/** `[minor, X_STRUCT_SIZE from then on]`, ascending: the size is the end of the last field known at that minor. */
export function sizesByMinor(struct: ComputedStruct): readonly (readonly [minor: number, size: number])[] {
  const minors = [...new Set(struct.fields.map(({ name }) => fieldSince(struct.name, name)))].sort(
    (a, b) => a - b,
  );
  return minors.map((minor) => {
    const known = struct.fields.filter(({ name }) => fieldSince(struct.name, name) <= minor);
    return [minor, Math.max(...known.map(({ offset, width }) => offset + width))] as const;
  });
}

/**
 * Compares the newest layout, with growth.ts, to an older header's.
 * @returns one line per disagreement; none means that the table tells the truth about that version
 */
export function compareWithOlder(newest: Layout, older: Layout): readonly string[] {
  const minor = older.constants.get("PJRT_API_MINOR");
  if (minor === undefined) return ["the older header has no PJRT_API_MINOR"];
  return [
    ...[...older.structs.values()].flatMap((struct) => compareStruct(newest, struct, minor)),
    ...compareElementTypes(newest, older, minor),
  ];
}

function compareStruct(newest: Layout, old: ComputedStruct, minor: number): readonly string[] {
  const now = newest.structs.get(old.name);
  if (now === undefined) return [`${old.name}: gone`];
  const problems: string[] = [];
  for (const field of now.fields) {
    const before = old.fields.find(({ name }) => name === field.name);
    const since =
      old.name === "PJRT_Api"
        ? (FUNCTION_SINCE[field.name] ?? FLOOR_MINOR)
        : fieldSince(old.name, field.name);
    if ((before !== undefined) !== since <= minor) {
      problems.push(`${old.name}.${field.name}: growth.ts says ${since}, version ${minor} disagrees`);
    }
    if (before === undefined) continue;
    if (before.offset !== field.offset || before.width !== field.width || before.kind !== field.kind) {
      problems.push(`${old.name}.${field.name}: moved since ${minor}`);
    }
  }
  if (old.name === "PJRT_Api") return problems;
  const expected = sizesByMinor(now).findLast(([since]) => since <= minor)?.[1];
  if (expected !== old.structSize)
    problems.push(`${old.name}: size ${expected}, version ${minor} has ${old.structSize}`);
  return problems;
}

function compareElementTypes(newest: Layout, older: Layout, minor: number): readonly string[] {
  const old = new Map(older.enums.get("PJRT_Buffer_Type")?.members.map(({ name, value }) => [name, value]));
  return (newest.enums.get("PJRT_Buffer_Type")?.members ?? []).flatMap(({ name, value }) => {
    const since = ELEMENT_TYPE_SINCE[name.replace("PJRT_Buffer_Type_", "")] ?? FLOOR_MINOR;
    const before = old.get(name);
    if ((before !== undefined) !== since <= minor)
      return [`${name}: growth.ts says ${since}, version ${minor} disagrees`];
    return before !== undefined && before !== value ? [`${name}: renumbered since ${minor}`] : [];
  });
}
