/**
 * Whatever is printed parses to the same again: random attributes, and the op table's examples, whole and
 * damaged.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attribute } from "../../../src/ir/attribute.js";
import { rawElements } from "../../../src/ir/elements.js";
import type { Location } from "../../../src/ir/location.js";
import { opDefinitions } from "../../../src/ir/ops/index.js";
import { floatFromBits, floatToBits } from "../../../src/ir/floats/bits.js";
import { parseAttribute, parseModule, printAttribute, printModule } from "../../../src/ir/text/index.js";
import { byteWidth, elementCount, type ScalarType, scalarType, tensorType } from "../../../src/ir/types.js";
import { fuzzText } from "../../../tools/conformance/fuzz-text.js";
import { tries } from "../../../tools/vitest/properties.js";

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$.]{0,8}$/),
  fc.string({ unit: "binary", maxLength: 5 }),
);

const integer = fc
  .constantFrom("i8", "i32", "i64", "ui16", "index")
  .chain((element: ScalarType): fc.Arbitrary<Attribute> => {
    const width = element === "index" ? 64 : Number(/\d+/.exec(element)![0]);
    const [min, max] = element.startsWith("u")
      ? [0n, 2n ** BigInt(width) - 1n]
      : [-(2n ** BigInt(width - 1)), 2n ** BigInt(width - 1) - 1n];
    return fc.bigInt({ min, max }).map((value) => ({ kind: "integer", value, type: scalarType(element) }));
  });

const float = fc
  .tuple(fc.constantFrom("f64", "f32", "bf16", "f8E4M3FN"), fc.double({ noNaN: true }))
  .map(([element, written]): Attribute => {
    const value = floatFromBits(element, floatToBits(element, written));
    return Number.isFinite(value)
      ? { kind: "float", value, type: scalarType(element) }
      : { kind: "float", value: 1, type: scalarType(element) };
  });

const elements = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    fc.constantFrom("i8", "ui8", "i64", "f32", "f16", "complex<f32>", "complex<f64>", "bf16"),
  )
  .chain(([shape, element]: [number[], ScalarType]): fc.Arbitrary<Attribute> => {
    const length = elementCount(shape) * byteWidth(element);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((data) => ({ kind: "elements", value: rawElements(tensorType(shape, element), data) }));
  });

const { location } = fc.letrec<{ location: Location }>((tie) => ({
  location: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant<Location>({ kind: "unknown" }),
    fc.record({ kind: fc.constant("file" as const), file: name, line: fc.nat(), column: fc.nat() }),
    fc.record({ kind: fc.constant("name" as const), name, child: tie("location") }),
    fc.record({ kind: fc.constant("callsite" as const), callee: tie("location"), caller: tie("location") }),
  ),
}));

const { attribute } = fc.letrec<{ attribute: Attribute }>((tie) => ({
  attribute: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant<Attribute>({ kind: "unit" }),
    fc.boolean().map((value): Attribute => ({ kind: "bool", value })),
    integer,
    float,
    elements,
    name.map((value): Attribute => ({ kind: "string", value })),
    fc.array(name, { minLength: 1, maxLength: 3 }).map((path): Attribute => ({ kind: "symbol", path })),
    fc
      .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
      .map((items): Attribute => ({ kind: "denseArray", element: "i64", items })),
    location.map((at): Attribute => ({ kind: "location", location: at })),
    fc.array(tie("attribute"), { maxLength: 4 }).map((items): Attribute => ({ kind: "array", items })),
    fc.array(fc.tuple(name, tie("attribute")), { maxLength: 4 }).map((entries): Attribute => {
      const sorted = [...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1));
      return { kind: "dictionary", entries: new Map(sorted) };
    }),
  ),
}));

test("a float whose digits have no point comes back as it was, by its bits", () => {
  const value: Attribute = { kind: "float", value: 2208506488676202, type: scalarType("f64") };
  const text = "0x431F627FF2F77DA8 : f64";
  expect(printAttribute(value)).toBe(text);
  expect(parseAttribute(text)).toEqual(value);
});

test("an attribute comes back as it was", () =>
  fc.assert(
    fc.property(attribute, (value) => {
      expect(parseAttribute(printAttribute(value))).toEqual(value);
    }),
    tries(500),
  ));

/** Programs of single ops, with arguments of some type: many of them are wrong, which is no matter here. */
const programs = opDefinitions.map(({ name: op, example }) => {
  if (op === "builtin.module" || op === "func.func") return example;
  const defined = new Set([...example.matchAll(/(%\w+):/g)].map((match) => match[1]));
  const used = [...new Set([...example.matchAll(/%(?:arg\d+|[a-z]\w*)/g)].map((match) => match[0]))];
  const parameters = used.filter((value) => !defined.has(value)).map((value) => `${value}: tensor<4xf32>`);
  return `func.func @main(${parameters.join(", ")}) {\n${example}\nreturn\n}`;
});

describe("programs", () => {
  test("damaged ones are refused with a ParseError or come back as they were", () => {
    const { failures, parsed } = fuzzText(programs, 1500, 1);
    expect(failures).toEqual([]);
    expect(parsed).toBeGreaterThan(20);
  });

  test("locations come back through their aliases", () =>
    fc.assert(
      fc.property(fc.array(location, { minLength: 1, maxLength: 8 }), (locations) => {
        const lines = locations.map(
          (at) => `  func.call @f() : () -> () ${printAttribute({ kind: "location", location: at })}`,
        );
        const text = `func.func @main() {\n${lines.join("\n")}\n  return\n}`;
        const once = printModule(parseModule(text), { locations: true });
        const module = parseModule(once);
        expect(printModule(module, { locations: true })).toBe(once);
        const calls = module.regions[0]!.entry.first!.regions[0]!.entry.operations.slice(0, -1);
        expect(calls.map((call) => call.location)).toEqual(locations);
      }),
    ));
});
