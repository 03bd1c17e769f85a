import { expect, test } from "vitest";
import { defaultOf, isDefault } from "../../../src/ir/bytecode/defaults.js";
import { vhloVersions } from "../../../src/ir/bytecode/vhlo-ops.js";
import { opDefinitions } from "../../../src/ir/ops/index.js";

const portable = opDefinitions.filter(({ name }) => vhloVersions(name) !== undefined);

test("the op table says what is written for every absent attribute, but for those that VHLO has a word for", () => {
  const silent = portable.flatMap(({ name, attributes }) =>
    Object.entries(attributes).flatMap(([attribute, kind]) =>
      kind.optional && kind.name !== "unit" && defaultOf(name, attribute, {}) === undefined
        ? [`${name} ${attribute}`]
        : [],
    ),
  );
  // Absent, the first is vhlo's `none`; the second has no portable form then.
  expect(silent).toEqual([
    "stablehlo.dot_general algorithm",
    "stablehlo.select_and_scatter window_dimensions",
  ]);
});

test("what others depend on is never taken for what its absence would mean", () => {
  const noAttributes: Readonly<Record<string, unknown>> = {};
  const ofOnes = { window_dimensions: [1, 1] };
  for (const name of ["stablehlo.reduce_window", "stablehlo.select_and_scatter"]) {
    expect(isDefault(name, "window_dimensions", [1, 1], ofOnes), name).toBe(false);
    expect(isDefault(name, "window_dimensions", [], noAttributes), name).toBe(false);
    expect(isDefault(name, "window_strides", [1, 1], ofOnes), name).toBe(true);
  }
});

test("some depend on other attributes", () => {
  const window = { window_dimensions: [2, 3] };
  expect(defaultOf("stablehlo.reduce_window", "window_strides", window)).toEqual([1, 1]);
  expect(defaultOf("stablehlo.reduce_window", "padding", window)).toEqual({
    shape: [2, 2],
    values: [0, 0, 0, 0],
  });
  expect(defaultOf("stablehlo.custom_call", "backend_config", { api_version: 4 })).toEqual(new Map());
  expect(defaultOf("stablehlo.custom_call", "backend_config", { api_version: 1 })).toBe("");
});
