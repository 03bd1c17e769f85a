import { describe, expect, test } from "vitest";
import { single, verdict } from "./verdict.js";

describe("custom calls", () => {
  const call = (name: string, more = ""): string =>
    single(
      "%a: tensor<4xf32>",
      "tensor<4xf32>",
      `stablehlo.custom_call @${name}(%a)${more} : (tensor<4xf32>) -> tensor<4xf32>`,
    );

  test("a name that nothing is known of is refused, and let through when it is allowed", () => {
    expect(verdict(call("TopK"))).toMatchInlineSnapshot(`
      "verify error: stablehlo.custom_call: @TopK is code of the plugin that may trust its operands and end the process [custom_call_target]
        at:       -:2:8
        hint:     allow it by name if you trust the program: --allow-custom-call TopK"
    `);
    expect(verdict(call("TopK"), { allowCustomCalls: ["TopK"] })).toBe("accepted");
  });

  test("markers of shardings are accepted with one tensor in and out, refused otherwise", () => {
    expect(verdict(call("Sharding"))).toBe("accepted");
    const none = single("", "tensor<4xf32>", "stablehlo.custom_call @Sharding() : () -> tensor<4xf32>");
    expect(verdict(none)).toMatchInlineSnapshot(`
      "verify error: stablehlo.custom_call: @Sharding is code of the plugin that may trust its operands and end the process [custom_call_target]
        expected: one tensor as operand and one as result
        got:      0 operands and 1 results
        at:       -:2:8
        hint:     allow it by name if you trust the program: --allow-custom-call Sharding"
    `);
  });

  test("memory of any content is accepted where nothing goes in and a tensor of a known size comes out", () => {
    const room = (type: string) =>
      single("", type, `stablehlo.custom_call @AllocateBuffer() : () -> ${type}`);
    expect(verdict(room("tensor<4xf32>"))).toBe("accepted");
    expect(verdict(room("tensor<?xf32>"))).toContain("[custom_call_target]");
    expect(verdict(call("AllocateBuffer"))).toMatchInlineSnapshot(`
      "verify error: stablehlo.custom_call: @AllocateBuffer is code of the plugin that may trust its operands and end the process [custom_call_target]
        at:       -:2:8
        hint:     allow it by name if you trust the program: --allow-custom-call AllocateBuffer"
    `);
  });

  test("JAX's kernels are accepted through the interface that checks types only", () => {
    expect(verdict(call("lapack_spotrf_ffi", " {api_version = 4 : i32, backend_config = {}}"))).toBe(
      "accepted",
    );
    expect(verdict(call("lapack_spotrf_ffi"))).toContain("got:      api_version = 1");
    expect(verdict(call("lapack_spotrf_ffi", " {mhlo.backend_config = {uplo = 76 : ui8}}"))).toBe("accepted");
    expect(verdict(call("lapack_spotrf_ffi", ' {mhlo.backend_config = "uplo"}'))).toContain(
      "[custom_call_target]",
    );
    expect(
      verdict(call("lapack_spotrf_ffi", " {api_version = 2 : i32, mhlo.backend_config = {}}")),
    ).toContain("[custom_call_target]");
  });
});
