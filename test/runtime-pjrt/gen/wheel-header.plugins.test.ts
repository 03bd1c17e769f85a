import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { FUNCTIONS } from "../../../src/runtime-pjrt/abi/index.js";
import { STRUCTS } from "../../../src/runtime-pjrt/abi/layout.js";
import type { FieldLayout, StructLayout } from "../../../src/runtime-pjrt/abi/types.js";
import { readLayout } from "../../../tools/gen-pjrt/headers.js";
import type { ComputedStruct, Layout } from "../../../tools/gen-pjrt/layout.js";
import { oracleSource } from "../../../tools/gen-pjrt/oracle.js";
import { fetchWheelHeader } from "../../../tools/gen-pjrt/wheel-header.js";

let path: string;
let layout: Layout;
beforeAll(async () => {
  path = await fetchWheelHeader();
  layout = readLayout(path);
});

/** What the committed data says of a struct at version 0.81, in the words of the header's layout. */
function differences(old: ComputedStruct): readonly string[] {
  const committed: StructLayout = STRUCTS[old.name as keyof typeof STRUCTS];
  const fields: Readonly<Record<string, FieldLayout>> = { ...committed.in, ...committed.out };
  const size = committed.sizes.findLast(([minor]) => minor <= 81)?.[1];
  const wrongSize =
    size !== undefined && size !== old.structSize ? [`${old.name}: ${size}, ${old.structSize}`] : [];
  const known = old.fields.filter(({ name }) => name in fields);
  return [
    ...wrongSize,
    ...known
      .filter(({ name, offset, kind }) => fields[name]![0] !== offset || fields[name]![1] !== kind)
      .map(({ name }) => `${old.name}.${name}`),
  ];
}

describe("the committed layouts and the header of version 0.81", () => {
  test("agree on every struct, offset, kind and size", () => {
    const structs = [...layout.structs.values()].filter(({ name }) => name !== "PJRT_Api");
    expect(structs.length).toBeGreaterThan(130);
    expect(structs.flatMap(differences)).toEqual([]);
  });

  test("agree on the place of all 118 functions", () => {
    const slots = layout.structs.get("PJRT_Api")!.fields.filter(({ name }) => name in FUNCTIONS);
    expect(slots.length).toBe(118);
    expect(
      slots.filter(({ name, offset }) => FUNCTIONS[name as keyof typeof FUNCTIONS].offset !== offset),
    ).toEqual([]);
  });

  test("a C compiler agrees with what was read from the header", () => {
    const source = join(dirname(path), "oracle.c");
    writeFileSync(source, oracleSource(layout, ["pjrt_c_api.h"]));
    expect(execFileSync("cc", ["-std=c11", "-fsyntax-only", source], { encoding: "utf8" })).toBe("");
  });
});
