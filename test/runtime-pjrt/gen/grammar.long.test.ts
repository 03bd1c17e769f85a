import { describe, expect, test } from "vitest";
import { parseHeader } from "../../../tools/gen-pjrt/grammar.js";
import { computeLayout, directionOf } from "../../../tools/gen-pjrt/layout.js";

const layoutOf = (source: string) => computeLayout(parseHeader(source));

describe("the header grammar", () => {
  test("reads a struct with its traits, and gives offsets, directions and the size up to the last field", () => {
    const { structs } = layoutOf(`
typedef struct Thing Thing;
struct Thing_Look_Args {
  size_t struct_size;
  Thing* thing;
  bool deep;
  int64_t count;  // out
  bool found;     // out
};
PJRT_DEFINE_STRUCT_TRAITS(Thing_Look_Args, found);
`);
    const struct = structs.get("Thing_Look_Args")!;
    expect(
      struct.fields.map(({ name, offset, width, kind, flow }) => [name, offset, width, kind, flow]),
    ).toEqual([
      ["struct_size", 0, 8, "usize", "in"],
      ["thing", 8, 8, "pointer", "in"],
      ["deep", 16, 1, "bool", "in"],
      ["count", 24, 8, "i64", "out"],
      ["found", 32, 1, "bool", "out"],
    ]);
    expect([struct.size, struct.structSize]).toEqual([40, 33]);
  });

  test("members of a union share one place, and what follows is aligned after the widest", () => {
    const { structs } = layoutOf(`
struct Value {
  int kind;
  union {
    bool flag;
    int64_t number;
    const char* const* texts;
  };
  size_t length;
};`);
    expect(structs.get("Value")!.fields.map(({ name, offset }) => [name, offset])).toEqual([
      ["kind", 0],
      ["flag", 8],
      ["number", 8],
      ["texts", 8],
      ["length", 16],
    ]);
  });

  test("a slot that wraps over lines or carries an attribute is still one slot", () => {
    const { structs, functions } = layoutOf(`
struct A_Args { size_t struct_size; };
typedef Err* A(A_Args* args);
struct B_Args { size_t struct_size; };
typedef void B(
    B_Args* args);
typedef struct Table {
  _PJRT_API_STRUCT_FIELD(A);
  PJRT_NO_DISCARD _PJRT_API_STRUCT_FIELD(
      B);
} Table;
enum { Table_STRUCT_SIZE = PJRT_STRUCT_SIZE(Table, B) };`);
    expect(structs.get("Table")!.fields.map(({ name, offset }) => [name, offset])).toEqual([
      ["A", 0],
      ["B", 8],
    ]);
    expect(structs.get("Table")!.structSize).toBe(16);
    expect([...functions.values()]).toEqual([
      { name: "A", argument: "A_Args", returnsError: true },
      { name: "B", argument: "B_Args", returnsError: false },
    ]);
  });

  test("enumerators count on from the one before", () => {
    const { enums } = layoutOf("typedef enum { Red, Green = 4, Blue, } Colour;");
    expect(enums.get("Colour")!.members).toEqual([
      { name: "Red", value: 0 },
      { name: "Green", value: 4 },
      { name: "Blue", value: 5 },
    ]);
  });

  test("C++ parts are dropped, constants kept", () => {
    const header = parseHeader(`
#ifndef THING_H_
#define THING_H_
#define PJRT_API_MINOR 7
#ifdef __cplusplus
extern "C" {
#endif
typedef struct Thing Thing;
#endif  // THING_H_`);
    expect(header.declarations).toEqual([{ kind: "opaque", name: "Thing" }]);
    expect(header.constants.get("PJRT_API_MINOR")).toBe(7);
  });

  test.each([
    ["a token it does not know", "struct A { int x[4]; };", /line 1:17: unexpected character/],
    [
      "a construct it does not know",
      "struct A { int x }; ",
      /line 1:18: Expecting token of type --> Semicolon/,
    ],
    ["a directive it does not know", "#pragma once", /line 1: unknown directive: #pragma once/],
    ["a condition it does not know", "#if FANCY\n#endif", /line 1: unknown condition: #if FANCY/],
    ["a macro it does not know", "#define FANCY(x) x", /line 1: unknown macro FANCY/],
    ["a type it does not know", "struct A { fancy_t x; };", /A\.x: unknown type fancy_t/],
    [
      "traits that name no field",
      "struct A { int x; };\nPJRT_DEFINE_STRUCT_TRAITS(A, y);",
      /A: traits name no field y/,
    ],
  ])("throws on %s", (_, source, message) => {
    expect(() => layoutOf(source)).toThrow(message);
  });

  test.each([
    [undefined, "in"],
    ["// the device", "in"],
    ["// out", "out"],
    ["// out, but read below", "inout"],
    ["// backs serialized_bytes.", "out"],
    ["// in/out depending on usage", "inout"],
    ["// in", "in"],
  ] as const)("the comment %j says %s", (comment, direction) => {
    expect(directionOf(comment)).toBe(direction);
  });
});
