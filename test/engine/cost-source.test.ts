import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { readCostSource } from "../../src/engine/index.js";
import { serializePortable } from "../../src/ir/bytecode/index.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { HloModuleProtoSchema } from "../../src/runtime-pjrt/proto/hlo_pb.js";

const stablehlo = `module {
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    return %arg0 : tensor<4xf32>
  }
}
`;
const hlo = `// written by a compiler
HloModule same

ENTRY %main (x: f32[4]) -> f32[4] {
  ROOT %x = f32[4]{0} parameter(0)
}
`;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What was read, as text or by the name of its module. */
function told(bytes: Uint8Array): string {
  const source = readCostSource(bytes, { file: "a file" });
  return "hlo" in source ? source.hlo.name : printModule(source.stablehlo);
}

test("StableHLO as text and as a portable artifact is to be compiled, HLO as text and in protobuf is compiled", () => {
  const artifact = serializePortable(parseModule(stablehlo));
  const instructions = [{ id: 1n, name: "x", opcode: "parameter" }];
  const computations = [{ id: 2n, name: "main", rootId: 1n, instructions }];
  const proto = create(HloModuleProtoSchema, { name: "proto", entryComputationId: 2n, computations });
  const all = [bytesOf(stablehlo), artifact, bytesOf(hlo), toBinary(HloModuleProtoSchema, proto)];
  expect(all.map(told)).toEqual([stablehlo, stablehlo, "same", "proto"]);
});

test("bytes that are none of these are refused, and text that is no program where it goes wrong", () => {
  expect(() => told(Uint8Array.of(0, 1, 2))).toThrow(
    "HLO error: a file is no program\n  expected: StableHLO text or a portable artifact, HLO text, or an HLO module in protobuf",
  );
  expect(() => told(bytesOf("module {\n  oops\n"))).toThrow(/at: +a file:2:3/);
});
