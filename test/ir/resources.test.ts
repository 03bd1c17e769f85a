/** Constants whose bytes stand apart under a key: in text, in artifacts, and gone as soon as anything is computed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deserializePortable, serializePortable } from "../../src/ir/bytecode/index.js";
import type { Operation } from "../../src/ir/operation.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { detachOperation, insertOperation } from "../../src/ir/rewriter.js";
import { run } from "../passes/text.js";

const program = (body: string, tail: string): string =>
  `module {\n  func.func @main() {\n${body}    return\n  }\n}\n${tail}`;
const tailOf = (...entries: readonly string[]): string =>
  `\n{-#\n  dialect_resources: {\n    builtin: {\n${entries.map((entry) => `      ${entry}`).join(",\n")}\n    }\n  }\n#-}\n`;

const text = program(
  `    %cst = stablehlo.constant dense_resource<weights> : tensor<2xf32>
    %cst_0 = stablehlo.constant dense_resource<"a b"> : tensor<1xf32>
    %0 = stablehlo.negate %cst {my.note = dense_resource<weights> : tensor<2xf32>} : tensor<2xf32>
    %c = stablehlo.constant dense_resource<left_out> : tensor<7xi8>
`,
  tailOf('weights: "0x400000000000803F0000803F"', '"a b": "0x0400000000000040"'),
);

const kept = (module: Operation): string => printModule(module, { resources: true });
const throughBytes = (module: Operation, targetVersion?: string): Operation =>
  deserializePortable(serializePortable(module, { resources: true, targetVersion })).module;

describe("a resource", () => {
  test("keeps its key, its alignment and its bytes in text and in artifacts; one without data keeps its key", () => {
    const module = parseModule(text);
    verifyModule(module);
    expect(kept(module)).toBe(text);
    expect(kept(throughBytes(module))).toBe(text);
  });

  test("stands in both forms, inside of other attributes and of arith.constant", () => {
    const other = program(
      `    %0 = "arith.constant"() <{value = dense_resource<w> : tensor<1xi64>}> : () -> tensor<1xi64>
    %1 = "stablehlo.custom_call"() <{api_version = 4 : i32, backend_config = {a = [dense_resource<w> : tensor<2xi32>]}, call_target_name = "f"}> : () -> tensor<f32>
`,
      tailOf('w: "0x010000000100000002000000"'),
    );
    expect(kept(parseModule(kept(parseModule(other))))).toBe(kept(parseModule(other)));
    expect(printModule(parseModule(other), { form: "generic", resources: true })).toContain(
      "backend_config = {a = [dense_resource<w> : tensor<2xi32>]}",
    );
  });

  test("is the elements that it holds wherever plugins read it", () => {
    const module = parseModule(text);
    expect(printModule(module)).toBe(
      program(
        `    %cst = stablehlo.constant dense<1.000000e+00> : tensor<2xf32>
    %cst_0 = stablehlo.constant dense<2.000000e+00> : tensor<1xf32>
    %0 = stablehlo.negate %cst {my.note = dense<1.000000e+00> : tensor<2xf32>} : tensor<2xf32>
    %c = stablehlo.constant dense_resource<left_out> : tensor<7xi8>
`,
        "",
      ),
    );
    expect(kept(deserializePortable(serializePortable(module)).module)).toBe(printModule(module));
  });

  test("is written as its elements for readers before 1.11", () => {
    const constant = "    %c = stablehlo.constant dense_resource<w> : tensor<2xi8>\n";
    const module = parseModule(program(constant, tailOf('w: "0x010000000102"')));
    const written = kept(throughBytes(module, "1.10.0"));
    expect(written).toBe(program("    %c = stablehlo.constant dense<[1, 2]> : tensor<2xi8>\n", ""));
  });

  test("is none of what is computed from it", () => {
    const body = `  %c = stablehlo.constant dense_resource<w> : tensor<2xi8>
  %0 = stablehlo.reverse %c, dims = [0] : tensor<2xi8>
  return %0 : tensor<2xi8>`;
    const source = `func.func @main() -> tensor<2xi8> {\n${body}\n}\n${tailOf('w: "0x010000000102"')}`;
    expect(run("fold,dce", source)).toContain("stablehlo.constant dense<[2, 1]> : tensor<2xi8>");
  });

  test("of numbers of less than a byte has their signs", () => {
    const constants = ["i4", "ui4", "f4E2M1FN", "i1"].map(
      (element) => `    %${element} = stablehlo.constant dense_resource<w> : tensor<2x${element}>\n`,
    );
    const printed = printModule(parseModule(program(constants.join(""), tailOf('w: "0x010000000F01"'))));
    expect([...printed.matchAll(/dense<(.*)> :/g)].map((match) => match[1])).toEqual([
      "[-1, 1]",
      "[15, 1]",
      "[-6.000000e+00, 5.000000e-01]",
      "true",
    ]);
  });

  test("gets another key where a resource of another program has the same", () => {
    const of = (bytes: string): Operation =>
      parseModule(
        program(
          "    %c = stablehlo.constant dense_resource<w> : tensor<2xi8>\n",
          tailOf(`w: "0x01000000${bytes}"`),
        ),
      );
    const [a, b] = [of("0102"), of("0304")];
    const body = a.regions[0]!.entry.first!.regions[0]!.entry;
    const other = b.regions[0]!.entry.first!.regions[0]!.entry.first!;
    detachOperation(other);
    insertOperation(other, body, body.first);
    const expected = program(
      `    %c = stablehlo.constant dense_resource<w> : tensor<2xi8>
    %c_0 = stablehlo.constant dense_resource<w_1> : tensor<2xi8>
`,
      tailOf('w: "0x010000000304"', 'w_1: "0x010000000102"'),
    );
    expect(kept(a)).toBe(expected);
    expect(kept(throughBytes(a))).toBe(expected);
  });
});

test.each([
  ['w: "0x0300000001"', "the resource w has an alignment of 3 bytes, which is no power of two"],
  ['w: "0x000000800102"', "the resource w has an alignment of 2147483648 bytes, more than 1048576"],
  ['w: "0x0100000001"', "the resource has 1 bytes, tensor<2xi8> needs 2"],
])("%s is refused", (entry, message) => {
  const source = program("    %c = stablehlo.constant dense_resource<w> : tensor<2xi8>\n", tailOf(entry));
  expect(() => parseModule(source)).toThrow(message);
});

test("any bytes of any alignment come back, in text and in artifacts", () => {
  const blob = fc.record({
    data: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    shift: fc.integer({ min: 0, max: 7 }),
  });
  fc.assert(
    fc.property(fc.array(blob, { minLength: 1, maxLength: 4 }), (blobs) => {
      const constants = blobs.map(
        ({ data }, i) =>
          `    %${i} = "stablehlo.constant"() <{value = dense_resource<k${i}> : tensor<${data.length}xui8>}> : () -> tensor<${data.length}xui8>\n`,
      );
      const entries = blobs.map(({ data, shift }, i) => {
        const alignment = (2 ** shift).toString(16).padStart(2, "0");
        return `k${i}: "0x${alignment}000000${Buffer.from(data).toString("hex")}"`
          .toUpperCase()
          .replace("K", "k")
          .replace("0X", "0x");
      });
      const module = parseModule(program(constants.join(""), tailOf(...entries)));
      const printed = kept(module);
      expect(printed.endsWith(tailOf(...entries))).toBe(true);
      expect(kept(parseModule(printed))).toBe(printed);
      expect(kept(throughBytes(module))).toBe(printed);
    }),
    { numRuns: 20 },
  );
});
