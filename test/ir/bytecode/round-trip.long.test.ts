/** Random modules from the op table come back from their artifacts, and so do their bytes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deserializePortable, newestVersion, serializePortable } from "../../../src/ir/bytecode/index.js";
import { vhloVersions } from "../../../src/ir/bytecode/vhlo-ops.js";
import { type Operation, type Value, walk } from "../../../src/ir/operation.js";
import { opDefinitions } from "../../../src/ir/ops/index.js";
import { formatType, tensorType } from "../../../src/ir/types.js";
import { forget } from "../../../tools/conformance/bytecode.js";
import { anyType, moduleOf, planOf } from "./random-modules.js";
import { tries } from "../../../tools/vitest/properties.js";

/** Everything of a module as plain data, in the order of the text. */
function describeModule(module: Operation): unknown[] {
  const numbers = new Map<Value, number>();
  const number = (value: Value): number => {
    numbers.set(value, numbers.get(value) ?? numbers.size);
    return numbers.get(value)!;
  };
  return [...walk(module)].map((operation) => ({
    name: operation.name,
    attributes: operation.attributes,
    extra: operation.extra,
    location: operation.location,
    operands: operation.operands.map(number),
    results: operation.results.map((value) => [number(value), formatType(value.type)]),
    regions: operation.regions.map(({ blocks }) =>
      blocks.map((block) =>
        block.arguments.map((value) => [number(value), formatType(value.type), value.location]),
      ),
    ),
  }));
}

function checkRoundTrip(module: Operation, targetVersion: string): void {
  const options = { targetVersion, verify: false };
  const bytes = serializePortable(module, options);
  const back = deserializePortable(bytes, { verify: false }).module;
  expect(Buffer.compare(serializePortable(back, options), bytes)).toBe(0);
  for (const operation of walk(module)) forget(operation);
  for (const operation of walk(back)) forget(operation);
  expect(describeModule(back)).toEqual(describeModule(module));
}

const kept = new Set(["builtin.module", "func.func", "sdy.mesh", "func.return", "stablehlo.return"]);
const portable = opDefinitions.filter(({ name }) => vhloVersions(name) !== undefined && !kept.has(name));

describe("a module with one op of random attributes, types and places", () => {
  test.each(portable.map((definition) => [definition.name, definition] as const))("%s", (_, definition) => {
    fc.assert(
      fc.property(planOf(definition), anyType, (plan, type) => {
        checkRoundTrip(moduleOf([plan], [type]), newestVersion);
      }),
      tries(10),
    );
  });
});

test("modules of many ops", () => {
  const plan = fc.constantFrom(...portable).chain(planOf);
  fc.assert(
    fc.property(fc.array(plan, { minLength: 2, maxLength: 30 }), (plans) => {
      checkRoundTrip(moduleOf(plans, [tensorType([2], "f32"), tensorType([], "i32")]), newestVersion);
    }),
    tries(20),
  );
});

test("old targets: what uses nothing newer comes back from every one", () => {
  const old = [
    "abs",
    "tanh",
    "gather",
    "scatter",
    "dot_general",
    "custom_call",
    "dynamic_conv",
    "send",
    "recv",
    "all_reduce",
  ];
  const definitions = portable.filter(({ name }) => old.includes(name.slice("stablehlo.".length)));
  expect(definitions).toHaveLength(old.length);
  const f32 = tensorType([2], "f32");
  for (const definition of definitions) {
    const [plan] = fc.sample(planOf(definition), { numRuns: 1, seed: 7 });
    const attributes = { ...plan!.attributes };
    for (const [name, kind] of Object.entries(definition.attributes))
      if (kind.optional) delete attributes[name];
    const struct = attributes.dimension_numbers ?? attributes.scatter_dimension_numbers;
    const batching = [
      "operand_batching_dims",
      "start_indices_batching_dims",
      "input_batching_dims",
      "scatter_indices_batching_dims",
    ];
    for (const name of batching)
      if (struct !== undefined && name in (struct as object)) (struct as Record<string, unknown>)[name] = [];
    const simple = { ...plan!, attributes, extra: new Map(), resultTypes: [f32], operands: [0] };
    for (const target of ["0.9.0", "0.10.0", "0.12.0", "0.14.0", "0.15.0", "1.5.0", "1.10.0", newestVersion])
      checkRoundTrip(moduleOf([simple], [f32]), target);
  }
});
