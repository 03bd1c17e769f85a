import { describe, expect, it } from "vitest";
import { serializePortable } from "../../src/ir/bytecode/index.js";
import { readModule } from "../../src/ir/read-module.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";

const text = `module {
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    %0 = stablehlo.negate %arg0 : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}
`;

describe("readModule", () => {
  it("takes text, text as bytes, and a portable artifact", () => {
    const artifact = serializePortable(parseModule(text));
    const read = [text, new TextEncoder().encode(text), artifact].map((program) => readModule(program));
    expect(read.map((module) => printModule(module))).toEqual([text, text, text]);
  });

  it("says where in which file it cannot read on", () => {
    expect(() => readModule("%0 = oops", { file: "a.mlir", firstLine: 7 })).toThrow(/a\.mlir:7:/);
  });

  it("verifies what it read", () => {
    const wrong = text.replace("-> tensor<4xf32> {", "-> tensor<8xf32> {");
    expect(() => readModule(wrong, { file: "b.mlir" })).toThrow(
      "verify error: func.return: @main has type (tensor<4xf32>) -> tensor<8xf32>, but returns (tensor<4xf32>) -> tensor<4xf32> [return_types]\n  at:       b.mlir:4:5",
    );
  });

  it("refuses bytes that are neither text nor an artifact", () => {
    expect(() => readModule(Uint8Array.of(0x66, 0xff), { file: "c.mlir" })).toThrow(
      [
        "c.mlir is not UTF-8",
        "  expected: text in UTF-8",
        "  got:      byte 0xff at offset 1",
        "  hint:     iconv -f LATIN1 -t UTF-8 converts Latin-1, iconv -l lists others",
      ].join("\n"),
    );
  });
});
