import { describe, expect, test } from "vitest";
import { isHloText, moduleFromText } from "../../../src/cost/index.js";

const TEXT = `// written by hand
HloModule jit_f, is_scheduled=true, entry_computation_layout={(f32[2,3]{1,0})->f32[2,3]{1,0}}

FileNames
1 "net.py"

%double (p: f32[2,3]) -> f32[2,3] {
  %p = f32[2,3]{1,0} parameter(0)
  ROOT %sum = f32[2,3]{1,0} add(%p, %p), metadata={op_name="jit(f)/{add}, twice"}
}

// a comment between
ENTRY %main.4 (x.1: f32[2,3]) -> f32[2,3] {
  %x.1 = f32[2,3]{1,0} parameter(0), sharding={replicated}
  %five = s32[] constant(5)
  %half = f32[] constant(0.5)
  ROOT %f = f32[2,3]{1,0} fusion(f32[2,3]{1,0} %x.1), kind=kLoop, calls=%double, backend_config={"window_config":{"estimated_cycles":"40"},"note":"a, } b"}
}, execution_thread="main"
`;

describe("HLO text", () => {
  test("computations, instructions and what is counted of them", () => {
    const { name, entry, computations } = moduleFromText(TEXT);
    const array = { kind: "array", element: "f32", dimensions: [2, 3], space: 0, bytes: 24 };
    expect(name).toBe("jit_f");
    expect([...computations.keys()]).toEqual(["double", "main.4"]);
    expect(entry.name).toBe("main.4");
    expect(entry.root).toEqual({
      name: "f",
      opcode: "fusion",
      shape: array,
      operands: ["x.1"],
      calls: ["double"],
      cycles: 40,
    });
    expect(entry.parameters).toEqual([
      { name: "x.1", opcode: "parameter", shape: array, operands: [], calls: [], index: 0 },
    ]);
    expect(entry.instructions.get("five")).toMatchObject({ opcode: "constant", constant: 5, operands: [] });
    expect(entry.instructions.get("half")?.constant).toBeUndefined();
    expect(computations.get("double")!.root).toMatchObject({
      operands: ["p", "p"],
      path: "jit(f)/{add}, twice",
    });
  });

  test("names need no percent signs, and heads no shapes", () => {
    const short = TEXT.replaceAll("%", "")
      .replace(/^double .*/m, "double {")
      .replace(/^ENTRY .*/m, "ENTRY main.4 {");
    expect(moduleFromText(short)).toEqual(moduleFromText(TEXT));
  });

  test("a configuration in quotes is read like one without", () => {
    const quoted = TEXT.replace(
      /backend_config=(\{.*\})/,
      (_, json: string) => `backend_config=${JSON.stringify(json)}`,
    );
    expect(quoted).toContain('backend_config="{\\"window_config');
    expect(moduleFromText(quoted)).toEqual(moduleFromText(TEXT));
  });

  test("an element of a tuple may be written where it is used", () => {
    const text = `HloModule elements

ENTRY %main (t: (f32[2], (s32[], f32[3]))) -> f32[3] {
  %t = (f32[2]{0}, (s32[], f32[3]{0})) parameter(0)
  ROOT %n = f32[3]{0} add(%t#1#1, %t#1#1)
}
`;
    const part = { kind: "array", element: "f32", dimensions: [3], space: 0, bytes: 12 };
    const { instructions } = moduleFromText(text).entry;
    expect([...instructions.keys()]).toEqual(["t", "t#1", "t#1#1", "n"]);
    expect(instructions.get("t#1#1")).toEqual({
      name: "t#1#1",
      opcode: "get-tuple-element",
      shape: part,
      operands: ["t#1"],
      calls: [],
      index: 1,
    });
    expect(() => moduleFromText(text.replace("%t#1#1,", "%t#2,"), "f.txt")).toThrow(
      "HLO error: t#2 is no element of a tuple before it\n  at:       f.txt:5",
    );
  });

  test("negative estimates and configurations that are no JSON are no estimates", () => {
    for (const config of ['{"window_config":{"estimated_cycles":"-1"}}', "{estimated_cycles: 4}"]) {
      const { entry } = moduleFromText(TEXT.replace(/backend_config=\{.*\}/, `backend_config=${config}`));
      expect(entry.root.cycles).toBeUndefined();
    }
  });

  test.each([
    ["HloModule f\n", true],
    ["\n// made by XLA\nHloModule f, is_scheduled=true", true],
    ["module @f {}", false],
    ["", false],
  ])("%j is HLO: %s", (text, expected) => {
    expect(isHloText(text)).toBe(expected);
  });

  test.each([
    [
      "other text",
      "module @f {}",
      "HLO error: not HLO text\n  expected: HloModule name, ...\n  got:      module @f {}\n  at:       f.txt",
    ],
    [
      "a line that is no instruction",
      TEXT.replace(/ROOT %sum = .*/, "ROOT %sum: add"),
      "HLO error: not an HLO instruction\n  expected: %name = shape opcode(operands), attributes\n  got:      ROOT %sum: add\n  at:       f.txt:9",
    ],
    [
      "a type that HLO does not have",
      TEXT.replace("%half = f32", "%half = f33"),
      "HLO error: not a shape\n  expected: an element type and sizes, such as f32[8,128]{1,0}\n  got:      f33[] constant(0.5)\n  at:       f.txt:16",
    ],
    [
      "a text that ends too early",
      TEXT.slice(0, TEXT.indexOf("ENTRY")),
      "HLO error: HLO text without ENTRY\n  at:       f.txt",
    ],
    [
      "an operand that is not there",
      TEXT.replace("add(%p, %p)", "add(%p, %q)"),
      "HLO error: sum refers to q, which is not there\n  expected: an instruction of its computation\n  got:      q\n  at:       f.txt:9\n  hint:     take the whole module as the compiler wrote it (--xla_dump_to)",
    ],
    [
      "a computation that is not there",
      TEXT.replace("calls=%double", "calls=%triple"),
      "HLO error: f refers to triple, which is not there\n  expected: a computation of the module\n  got:      triple\n  at:       f.txt:17\n  hint:     take the whole module as the compiler wrote it (--xla_dump_to)",
    ],
  ])("%s is refused", (_what, text, message) => {
    expect(() => moduleFromText(text, "f.txt")).toThrow(message);
  });
});
