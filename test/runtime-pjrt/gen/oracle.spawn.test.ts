import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compareWithOlder } from "../../../tools/gen-pjrt/check-growth.js";
import { parseHeader } from "../../../tools/gen-pjrt/grammar.js";
import { computeLayout } from "../../../tools/gen-pjrt/layout.js";
import { oracleSource } from "../../../tools/gen-pjrt/oracle.js";

const header = `
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#define PJRT_STRUCT_SIZE(struct_type, last_field) offsetof(struct_type, last_field) + sizeof(((struct_type*)0)->last_field)
#define PJRT_DEFINE_STRUCT_TRAITS(sname, last_field) typedef struct sname sname; enum { sname##_STRUCT_SIZE = PJRT_STRUCT_SIZE(sname, last_field) }
typedef enum { Shade_Dark, Shade_Light = 7, } Shade;
typedef struct Inner { bool flag; int64_t number; float part; } Inner;
struct Outer_Args {
  size_t struct_size;
  bool first;
  Inner inner;
  Shade shade;
  void (*done)(void* user, const char* const* texts);
  union { bool small; int64_t wide; float narrow; };
  int count;
  bool last;  // out
};
PJRT_DEFINE_STRUCT_TRAITS(Outer_Args, last);
`;

/** Whether a C compiler agrees with a layout of that header, and what it says if not. */
function judge(layout: ReturnType<typeof computeLayout>): string {
  const folder = mkdtempSync(join(tmpdir(), "oracle-"));
  writeFileSync(join(folder, "header.h"), header);
  writeFileSync(join(folder, "oracle.c"), oracleSource(layout, ["header.h"]));
  try {
    execFileSync("cc", ["-std=c11", "-fsyntax-only", join(folder, "oracle.c")], {
      encoding: "utf8",
      stdio: "pipe",
    });
    return "agrees";
  } catch (error) {
    return String((error as { stderr: string }).stderr);
  }
}

describe("a C compiler is the judge of the layouts", () => {
  test("it agrees with offsets, sizes, narrow tails and enumerators", () => {
    expect(judge(computeLayout(parseHeader(header)))).toBe("agrees");
  });

  test("it refuses a layout that is wrong by one field", () => {
    const layout = computeLayout(parseHeader(header));
    const outer = layout.structs.get("Outer_Args")!;
    const fields = outer.fields.map((field) =>
      field.name === "count" ? { ...field, offset: field.offset + 4 } : field,
    );
    const wrong = { ...layout, structs: new Map([...layout.structs, ["Outer_Args", { ...outer, fields }]]) };
    expect(judge(wrong)).toMatch(/Outer_Args\.count/);
  });
});

describe("growth over versions", () => {
  const version = (minor: number, fields: string) =>
    computeLayout(
      parseHeader(`#define PJRT_API_MINOR ${minor}\nstruct PJRT_ExecuteOptions { size_t struct_size; ${fields} };
PJRT_DEFINE_STRUCT_TRAITS(PJRT_ExecuteOptions, ${/(\w+);[^;]*$/.exec(fields)![1]});`),
    );
  const now = "int launch_id; void* multi_slice_config; bool use_major_to_minor_data_layout_for_callbacks;";

  test("an older header that has just what the table says is fine", () => {
    expect(compareWithOlder(version(114, now), version(96, "int launch_id;"))).toEqual([]);
    expect(
      compareWithOlder(version(114, now), version(100, "int launch_id; void* multi_slice_config;")),
    ).toEqual([]);
  });

  test.each([
    [
      "has a field too early",
      version(90, "int launch_id; void* multi_slice_config;"),
      /multi_slice_config: growth.ts says 97, version 90 disagrees/,
    ],
    [
      "lacks a field",
      version(100, "int launch_id;"),
      /multi_slice_config: growth.ts says 97, version 100 disagrees/,
    ],
    ["moves a field", version(96, "void* launch_id;"), /launch_id: moved since 96/],
  ])("an older header that %s is told", (_, older, problem) => {
    expect(compareWithOlder(version(114, now), older).join("\n")).toMatch(problem);
  });
});
