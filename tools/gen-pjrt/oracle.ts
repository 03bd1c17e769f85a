/** @file A C program that asserts every number of a layout, so that a C compiler is the judge of it. */
import type { Layout } from "./layout.js";

/**
 * C source of assertions: each struct's size, `X_STRUCT_SIZE`, each field's offset, each enumerator's value. Compiling it
 * against the headers is the test; it fails with the name of what is wrong.
 * @param includes header paths as written after `#include`
 */
export function oracleSource(layout: Pick<Layout, "structs" | "enums">, includes: readonly string[]): string {
  const asserts: string[] = [];
  const assert = (condition: string, name: string) =>
    asserts.push(`_Static_assert(${condition}, "${name}");`);
  for (const { name, size, fields, structSize } of layout.structs.values()) {
    assert(`sizeof(struct ${name}) == ${size}`, `sizeof ${name}`);
    for (const field of fields)
      assert(`offsetof(struct ${name}, ${field.name}) == ${field.offset}`, `${name}.${field.name}`);
    if (structSize !== size) assert(`${name}_STRUCT_SIZE == ${structSize}`, `${name}_STRUCT_SIZE`);
  }
  for (const { members } of layout.enums.values()) {
    for (const { name, value } of members) assert(`${name} == ${value}`, name);
  }
  return [
    ...includes.map((path) => `#include "${path}"`),
    ...asserts,
    "int main(void) { return 0; }",
    "",
  ].join("\n");
}
