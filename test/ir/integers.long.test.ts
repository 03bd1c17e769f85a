/** Integers of attributes of any size are exact wherever a program goes: in text, in artifacts, as attributes; what wants numbers refuses others. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deserializePortable, serializePortable } from "../../src/ir/bytecode/index.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { walk } from "../../src/ir/operation.js";
import { setAttributes } from "../../src/ir/rewriter.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { show, tensor } from "./interpret/tensors.js";
import { inMain, refusal, reprint } from "./text/helpers.js";

const edges = [
  -(2n ** 63n),
  -(2n ** 53n) - 1n,
  -1n,
  0n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
];
const i64 = fc.oneof(fc.constantFrom(...edges), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));
const ui64 = fc.oneof(
  fc.constantFrom(0n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt(0n, 2n ** 64n - 1n),
);

/** An integer that is not `value`, which would not be written. */
const other = (integer: bigint | undefined, value: bigint): bigint =>
  integer === value ? value ^ 1n : (integer ?? 0n);

/** Programs around four integers; verified or not, as the integers come. */
const programs: Readonly<Record<string, (n: readonly bigint[]) => string>> = {
  slice: ([a, b, c]) =>
    inMain(
      "(%arg0: tensor<?xf32>)",
      `%0 = stablehlo.slice %arg0 [${a}:${b}:${other(c, 1n)}] : (tensor<?xf32>) -> tensor<?xf32>`,
      "return",
    ),
  pad: ([a, b, c]) =>
    inMain(
      "(%arg0: tensor<?xf32>, %arg1: tensor<f32>)",
      `%0 = stablehlo.pad %arg0, %arg1, low = [${a}], high = [${b}], interior = [${c}] : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>`,
      "return",
    ),
  dynamic_slice: ([a]) =>
    inMain(
      "(%arg0: tensor<?xf32>, %arg1: tensor<i32>)",
      `%0 = stablehlo.dynamic_slice %arg0, %arg1, sizes = [${a}] : (tensor<?xf32>, tensor<i32>) -> tensor<?xf32>`,
      "return",
    ),
  convolution: ([a, b, c, d]) =>
    inMain(
      "(%arg0: tensor<1x?x4xf32>, %arg1: tensor<3x4x8xf32>)",
      `%0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {stride = [${other(a, 1n)}], pad = [[${b}, ${other(c, 0n)}]], lhs_dilate = [${other(d, 1n)}]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x?x4xf32>, tensor<3x4x8xf32>) -> tensor<1x?x8xf32>`,
      "return",
    ),
  "channels, pairs and discardable attributes": ([a, b, c, d]) =>
    inMain(
      "(%arg0: tensor<4xf32>, %arg1: !stablehlo.token)",
      `%0 = "stablehlo.send"(%arg0, %arg1) <{channel_handle = #stablehlo.channel_handle<handle = ${a}, type = ${b}>, source_target_pairs = dense<[[${c}, ${other(d, c!)}]]> : tensor<1x2xi64>}> {my.list = [${c}, ${d}], my.number = ${d} : i64} : (tensor<4xf32>, !stablehlo.token) -> !stablehlo.token`,
      "return",
    ),
  constants: ([a, b]) =>
    inMain("()", `%c = stablehlo.constant dense<[${a}, ${other(b, a!)}]> : tensor<2xi64>`, "return"),
};

describe("every i64 comes back from text and from artifacts", () => {
  test.each(Object.entries(programs))("%s", (_, programOf) => {
    fc.assert(
      fc.property(fc.tuple(i64, i64, i64, i64), (integers) => {
        const text = programOf(integers);
        expect(reprint(text)).toBe(text);
        const bytes = serializePortable(parseModule(text), { verify: false });
        expect(printModule(deserializePortable(bytes, { verify: false }).module)).toBe(text);
      }),
      { numRuns: 60 },
    );
  });
});

test("every ui64 comes back from text and from artifacts", () => {
  fc.assert(
    fc.property(ui64, ui64, (a, b) => {
      const text = inMain(
        "(%arg0: tensor<2xf32>)",
        `%c = stablehlo.constant {my.number = ${a} : ui64} dense<${b}> : tensor<2xui64>`,
        "return",
      );
      expect(reprint(text)).toBe(text);
      expect(printModule(deserializePortable(serializePortable(parseModule(text))).module)).toBe(text);
      const check = inMain(
        "(%arg0: tensor<2xf32>)",
        `check.expect_close %arg0, %arg0, max_ulp_difference = ${a}, min_ulp_difference = ${other(b, 0n)} : tensor<2xf32>, tensor<2xf32>`,
        "return",
      );
      expect(reprint(check)).toBe(check);
    }),
    { numRuns: 60 },
  );
});

const beyond = "9223372036854775807";

test.each([
  [
    "a limit of an unknown size",
    `%0 = stablehlo.slice %arg0 [0:${beyond}] : (tensor<?xf32>) -> tensor<?xf32>`,
  ],
  [
    "a stride that takes one element of an unknown size",
    `%0 = stablehlo.slice %arg0 [7:8:${beyond}] : (tensor<?xf32>) -> tensor<1xf32>`,
  ],
  [
    "edges that make up for each other",
    `%0 = stablehlo.pad %arg1, %arg2, low = [-${beyond}], high = [${beyond}], interior = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>`,
  ],
])("%s is verified exactly", (_, line) => {
  const text = inMain("(%arg0: tensor<?xf32>, %arg1: tensor<4xf32>, %arg2: tensor<f32>)", line, "return");
  expect(() => {
    verifyModule(parseModule(text));
  }).not.toThrow();
});

test.each([
  [
    "a limit beyond a known size",
    `%0 = stablehlo.slice %arg1 [0:${beyond}] : (tensor<4xf32>) -> tensor<4xf32>`,
    `[0:${beyond}] does not lie in dimension 0 of tensor<4xf32>`,
  ],
  [
    "padding that differs from the written size by one",
    `%0 = stablehlo.pad %arg1, %arg2, low = [-${beyond}], high = [9223372036854775806], interior = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>`,
    "inferred tensor<3xf32>, but tensor<4xf32> is written",
  ],
])("%s is refused", (_, line, message) => {
  const text = inMain("(%arg0: tensor<?xf32>, %arg1: tensor<4xf32>, %arg2: tensor<f32>)", line, "return");
  expect(() => {
    verifyModule(parseModule(text));
  }).toThrow(message);
});

test.each([
  [
    "transpose %arg0, dims = [9223372036854775807] : (tensor<?xf32>) -> tensor<?xf32>",
    "attribute permutation must be i64[]",
  ],
  ["iota dim = 9223372036854775807 : tensor<4xf32>", "attribute iota_dimension must be i64"],
  [
    'gather"(%arg0, %arg1) <{dimension_numbers = #stablehlo.gather<start_index_map = [9223372036854775807]>, slice_sizes = array<i64: 1>}> : (tensor<?xf32>, tensor<1xi32>) -> tensor<f32>',
    "attribute dimension_numbers must be gather",
  ],
])("what names a dimension refuses %s", (op, message) => {
  const line = op.startsWith("gather") ? `%0 = "stablehlo.${op}` : `%0 = stablehlo.${op}`;
  const text = inMain("(%arg0: tensor<?xf32>, %arg1: tensor<1xi32>)", line, "return");
  expect(refusal(text)).toContain(message);
  expect(refusal(text)).toContain(`${beyond} is beyond 2^53, and this attribute names or counts dimensions`);
});

test("an integer that does not fit its 64 bits is refused", () => {
  const text = inMain(
    "(%arg0: tensor<?xf32>)",
    "%0 = stablehlo.slice %arg0 [0:9223372036854775808] : (tensor<?xf32>) -> tensor<?xf32>",
    "return",
  );
  expect(refusal(text)).toContain("the integer is too large");
  const handle = inMain(
    "(%arg0: tensor<4xf32>)",
    '%0 = "stablehlo.collective_permute"(%arg0) <{channel_handle = #stablehlo.channel_handle<handle = 9223372036854775808, type = 1>, source_target_pairs = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<4xf32>) -> tensor<4xf32>',
    "return",
  );
  expect(refusal(handle)).toContain("9223372036854775808 is no i64");
});

describe("the interpreter", () => {
  const run = (line: string, type: string): string => {
    const text = inMain(`(%arg0: tensor<4xf32>, %arg1: tensor<f32>) -> ${type}`, line, `return %0 : ${type}`);
    const inputs = [tensor("4xf32: 1 2 3 4"), tensor("f32: 0")];
    return interpretFunction(parseModule(text), "main", inputs).map(show).join();
  };

  test("keeps constants exact", () => {
    expect(run(`%0 = stablehlo.constant dense<-${beyond}> : tensor<i64>`, "tensor<i64>")).toBe(
      `i64: -${beyond}`,
    );
  });

  test("does not compute with attributes beyond 2^53, and says so", () => {
    const pad = `%0 = stablehlo.pad %arg0, %arg1, low = [-${beyond}], high = [${beyond}], interior = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>`;
    expect(() => run(pad, "tensor<4xf32>")).toThrow(
      `stablehlo.pad with -${beyond} in an attribute is not interpreted: it is beyond 2^53`,
    );
  });
});

describe("what numbers hold is not rounded", () => {
  test.each([
    ["tensor<?xf32, #stablehlo.bounds<9007199254740993>>", "the bound is too large"],
    ["tensor<4x!quant.uniform<i64:f32, 1.0>>", "i64 cannot store numbers"],
    ["tensor<4x!quant.uniform<i8:f32, 1.0:9007199254740993>>", "the integer is too large"],
  ])("%s is refused: %s", (type, message) => {
    expect(refusal(inMain(`(%arg0: ${type})`, "return"))).toContain(message);
  });

  test("an i32 beyond 32 bits is refused before it would be cut off", () => {
    const module = parseModule(
      inMain(
        "(%arg0: tensor<f32>)",
        "%0 = stablehlo.reduce_precision %arg0, format = e8m7 : tensor<f32>",
        "return",
      ),
    );
    const operation = [...walk(module)].find(({ name }) => name === "stablehlo.reduce_precision")!;
    setAttributes(operation, { ...operation.attributes, mantissa_bits: 2 ** 32 + 7 });
    expect(() => serializePortable(module)).toThrow("attribute mantissa_bits must be i32");
  });

  test("a shape computed from a constant beyond 2^53 is not known", () => {
    const line = (size: bigint): string =>
      inMain(
        "(%arg0: tensor<4xf32>)",
        `%0 = stablehlo.constant dense<${size}> : tensor<1xi64>`,
        "%1 = stablehlo.dynamic_reshape %arg0, %0 : (tensor<4xf32>, tensor<1xi64>) -> tensor<4xf32>",
        "return",
      );
    expect(refusal(line(2n ** 53n + 1n))).toBe("it parses");
    verifyModule(parseModule(line(4n)));
    expect(() => {
      verifyModule(parseModule(line(5n)));
    }).toThrow("dynamic_reshape");
  });
});
