import { describe, expect, test } from "vitest";
import type { ManifestProgram } from "../../src/artifact/index.js";
import { verifyPortable } from "../../src/engine/verify-portable.js";
import { serializePortable } from "../../src/ir/bytecode/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import type { Client } from "../../src/runtime-pjrt/index.js";

const client = { platformName: "cpu", plugin: { stablehloVersions: {} } } as unknown as Client;

const f32x2 = { axes: ["n"], elementType: "f32", dimensions: [2] } as const;

/** What a manifest says of the programs below. */
const described = {
  file: "programs/decode_1x1.mlirbc",
  arguments: [{ ...f32x2, role: "input", name: "x", donated: false }],
  results: [{ ...f32x2, role: "output", name: "y" }],
} as unknown as ManifestProgram;

const T = "tensor<2xf32>";
const main = (body: string, others = "", attributes = ""): Uint8Array =>
  serializePortable(
    parseModule(
      `module ${attributes} { func.func @main(%x: ${T}) -> ${T} { ${body} return %y : ${T} } ${others} }`,
    ),
  );

const judge = (bytes: Uint8Array, { program = described, trusted = false } = {}): string => {
  try {
    verifyPortable({ client, where: "ARTIFACT", trusted })(bytes, program);
    return "passed on";
  } catch (error) {
    return (error as Error).message;
  }
};

const negate = main(`%y = stablehlo.negate %x : ${T}`);
const call = main(`%y = stablehlo.custom_call @__onednn$matmul(%x) : (${T}) -> ${T}`);

test("a program that is what the manifest says is passed on", () => {
  expect(judge(negate)).toBe("passed on");
});

describe("a program of an artifact is not given to the plugin", () => {
  test("that calls code of the plugin by name, unless its makers are trusted with native code", () => {
    expect(judge(call)).toBe(
      [
        "artifact error: programs/decode_1x1.mlirbc: not given to the plugin: stablehlo.custom_call: @__onednn$matmul is code of the plugin that may trust its operands and end the process [custom_call_target]",
        "  at:       ARTIFACT",
        "  hint:     if you trust who made it, --trust-executables (trustExecutables) has native code run, which custom calls are",
      ].join("\n"),
    );
    expect(judge(call, { trusted: true })).toBe("passed on");
  });

  test.each([
    [
      "whose functions call each other in a circle",
      main(
        `%y = func.call @f(%x) : (${T}) -> ${T}`,
        `func.func private @f(%a: ${T}) -> ${T} { %b = func.call @f(%a) : (${T}) -> ${T} return %b : ${T} }`,
      ),
      "func.call: functions call each other in a circle, and calls are inlined [call_cycle]",
    ],
    [
      "with an attribute that a plugin believes",
      main(`%y = stablehlo.negate %x : ${T}`, "", "attributes {mhlo.input_output_alias = 1 : i32}"),
      "builtin.module: the module's attribute mhlo.input_output_alias is believed by plugins without a look at the program [module_attribute]",
    ],
  ])("%s, whoever made it", (_, bytes, problem) => {
    for (const trusted of [false, true]) {
      expect(judge(bytes, { trusted }).split("\n")[0]).toBe(
        `artifact error: programs/decode_1x1.mlirbc: not given to the plugin: ${problem}`,
      );
    }
  });

  test("that takes or gives something else than the manifest says", () => {
    const program = { ...described, arguments: [{ ...described.arguments[0]!, dimensions: [2_000_000] }] };
    expect(judge(negate, { program })).toBe(
      [
        "artifact error: programs/decode_1x1.mlirbc: takes or gives something else than the manifest says",
        "  expected: (tensor<2000000xf32>) -> (tensor<2xf32>)",
        "  got:      (tensor<2xf32>) -> (tensor<2xf32>)",
        "  at:       ARTIFACT",
      ].join("\n"),
    );
  });

  test("that is no portable artifact, but text, which a plugin would parse", () => {
    const text = new TextEncoder().encode(
      `module { func.func @main(%x: ${T}) -> ${T} { %y = stablehlo.custom_call @f(%x) : (${T}) -> ${T} return %y : ${T} } }`,
    );
    expect(judge(text)).toMatch(/^artifact error: programs\/decode_1x1\.mlirbc: not given to the plugin: /);
  });
});
