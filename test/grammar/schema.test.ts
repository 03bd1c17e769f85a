import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { automatonOf, schemaGrammar } from "../../src/grammar/index.js";
import { zodJsonSchema } from "../../src/tokens/formats/zod-json-schema.js";
import { errorText } from "../weights/files.js";
import { accepting, someText } from "./accepted.js";
import { tries } from "../../tools/vitest/properties.js";

const runs = tries(25);
const bounds = (least: number, most: number) =>
  fc
    .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 0, max: 3 }))
    .map(([min, more]) => [min, min + more] as const);

/** Schemas of zod, which is what judges. */
const { schema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: "schema" },
    fc.constantFrom<z.ZodType>(
      ...[
        z.null(),
        z.boolean(),
        z.number(),
        z.int(),
        z.string(),
        z.email(),
        z.uuid(),
        z.iso.date(),
        z.iso.datetime(),
      ],
      ...[z.ipv4(), z.literal('a"é\n'), z.literal(-7), z.enum(["x", "y z"]), z.string().regex(/^[^\d"]+é?$/)],
      ...[z.string().regex(/a\s/).max(9), z.string().startsWith("ab"), z.int().lt(-10), z.number().gte(12.5)],
    ),
    bounds(0, 3).map(([min, max]) => z.string().min(min).max(max)),
    bounds(-20, 120).map(([min, max]) => z.int().min(min).max(max)),
    bounds(-3, 3).map(([min, max]) =>
      z
        .number()
        .gt(min / 8)
        .lte((max + 1) / 8),
    ),
    fc.tuple(tie("schema"), bounds(0, 2)).map(([item, [min, max]]) => z.array(item).min(min).max(max)),
    fc
      .array(tie("schema"), { minLength: 1, maxLength: 3 })
      .map((items) => z.tuple([items[0]!, ...items.slice(1)])),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((options) => z.union(options)),
    tie("schema").map((value) => z.record(z.string().regex(/^[a-c]{1,2}$/), value)),
    tie("schema").map((value) => z.nullable(value)),
    fc
      .array(fc.tuple(fc.constantFrom("a", "b/~", "é", 'q"'), tie("schema"), fc.boolean()), { maxLength: 4 })
      .map((fields) =>
        z.strictObject(
          Object.fromEntries(fields.map(([name, of, optional]) => [name, optional ? z.optional(of) : of])),
        ),
      ),
  ),
}));

/** Numbers from a seed, for whoever chooses. */
const choices = fc
  .infiniteStream(fc.nat())
  .map((stream) => (options: number) => stream.next().value % options);

describe("documents of a schema", () => {
  it("are what the schema takes, with any whitespace", () => {
    fc.assert(
      fc.property(schema, fc.constantFrom(0, 1, 3), choices, (of, whitespace, choose) => {
        const document = someText(schemaGrammar(zodJsonSchema(of), { whitespace }), choose);
        expect(of.safeParse(JSON.parse(document)), document).toMatchObject({ success: true });
      }),
      runs,
    );
  });

  it("have bounds as they are said, for every number of a range", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -130, max: 130 }),
        fc.integer({ min: 0, max: 200 }),
        fc.boolean(),
        (min, more, open) => {
          const max = min + more + (open ? 1 : 0);
          const isOfFormat = accepting(
            schemaGrammar({
              type: "integer",
              minimum: min,
              ...(open ? { exclusiveMaximum: max } : { maximum: max }),
            }),
          );
          for (let value = min - 25; value < max + 25; value++)
            expect([value, isOfFormat(String(value))]).toEqual([
              value,
              value >= min && (open ? value < max : value <= max),
            ]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each([
    [
      { type: "number", exclusiveMinimum: 0, maximum: 0.25 },
      ["0.25", "0.001", "0.250"],
      ["0", "0.0", "0.2500001", "-0.1"],
    ],
    [
      { type: "number", minimum: -1.5, exclusiveMaximum: -0.5 },
      ["-1.5", "-0.51"],
      ["-0.5", "-1.51", "0", "1"],
    ],
    [
      { type: "number", minimum: 1e-7, maximum: 1e3 },
      ["0.0000001", "1000", "999.5"],
      ["0.00000009", "1000.1", "1e2"],
    ],
    [{ type: "integer", minimum: 1.5, maximum: 3.5 }, ["2", "3"], ["1", "4", "2.0"]],
    [
      { type: "integer", minimum: 9007199254740990, maximum: 9007199254740991 },
      ["9007199254740991"],
      ["9007199254740992"],
    ],
    [{ type: "number" }, ["-0.5e-7", "0", "1E+3"], ["01", "1.", ".5", "1e999", "+1"]],
    [
      { type: "string", maxLength: 2 },
      ['""', '"😀é"', '"\\u00e9\\""'],
      ['"abc"', '"\u0001"', '"\\ud83d"', '"\\x"'],
    ],
    [
      { type: "string", format: "date" },
      ['"2024-02-29"', '"2000-02-29"'],
      ['"2023-02-29"', '"1900-02-29"', '"2024-13-01"'],
    ],
    [{ const: { a: [1, "é"] } }, ['{"a":[1,"é"]}', '{"a":[1,"\\u00E9"]}'], ['{"a":[1]}']],
    [{ type: ["integer", "null"], enum: [1, "x", null] }, ["1", "null"], ['"x"']],
    [
      { properties: { a: { type: "null" }, b: true }, required: ["b"] },
      ['{"a":null,"b":{"x":[]}}', '{"b":1}'],
      ["{}", '{"b":1,"a":null}', "3"],
    ],
    [
      { type: "object", additionalProperties: { type: "boolean" } },
      ["{}", '{"x":true,"y":false}'],
      ['{"x":1}', '{"x":true,}'],
    ],
    [
      { prefixItems: [{ type: "null" }], items: { type: "boolean" }, minItems: 2 },
      ["[null,true]", "[null,true,false]"],
      ["[null]", "[true,true]"],
    ],
    [{ type: "array", maxItems: 0 }, ["[]"], ["[1]"]],
    [{}, ["[[[{}]]]", '{"":null}', "-1.5"], ["", "[,]", "nul"]],
    [
      {
        $ref: "#/$defs/tree",
        $defs: {
          tree: { properties: { of: { items: { $ref: "#/$defs/tree" } } }, additionalProperties: false },
        },
      },
      ["{}", '{"of":[{},{"of":[]}]}'],
      ['{"of":[1]}', '{"of":{}}'],
    ],
  ])("of %j", (of, good, bad) => {
    const isOfFormat = accepting(schemaGrammar(of));
    expect(good.filter((text) => !isOfFormat(text))).toEqual([]);
    expect(bad.filter(isOfFormat)).toEqual([]);
  });

  it.each([
    [
      "an unknown keyword",
      { properties: { a: { type: "array", uniqueItems: true } } },
      [
        "usage error: the schema has a keyword that generation cannot hold to: uniqueItems",
        "#/properties/a of the JSON schema",
      ],
    ],
    [
      "a keyword's wrong value",
      { items: { minLength: -1 } },
      ["usage error: a keyword of the schema has no such value", "#/items of the JSON schema"],
    ],
    [
      "a reference to nothing",
      { items: { $ref: "#/$defs/none" } },
      ["usage error: the schema refers to what it does not have", "#/items of the JSON schema"],
    ],
    [
      "a reference that encodes nothing",
      { items: { $ref: "#/%" } },
      ["usage error: the schema refers to what it does not have", "#/items of the JSON schema"],
    ],
    [
      "alternatives that overlap",
      { oneOf: [{ type: "integer" }, { type: "number" }] },
      ["usage error: a value may be of both 0 and 1 of oneOf", "#/oneOf of the JSON schema"],
    ],
    [
      "several schemas at once",
      { allOf: [{ type: "integer" }, { minimum: 3 }] },
      ["usage error: the schema asks for several schemas at once", "#/allOf of the JSON schema"],
    ],
    [
      "keywords beside alternatives",
      { anyOf: [{ type: "null" }], minimum: 1 },
      ["usage error: the schema has anyOf beside minimum", "# of the JSON schema"],
    ],
    [
      "a format that is not known",
      { type: "string", format: "iri" },
      ["usage error: the schema has a format that generation cannot hold to", "# of the JSON schema"],
    ],
    [
      "a pattern that is not regular",
      { items: { pattern: "(?!x)" } },
      ["usage error: the regular expression cannot be used", "#/items/pattern of the JSON schema"],
    ],
    [
      "a property that is required and refused",
      { required: ["a"], additionalProperties: false },
      ['usage error: the schema requires the property "a", which it refuses', "# of the JSON schema"],
    ],
    [
      "names of properties that are no texts",
      { propertyNames: { type: "number" } },
      ["usage error: names of properties are strings", "#/propertyNames of the JSON schema"],
    ],
    ["no schema at all", { items: 7 }, ["usage error: a schema is no object", "#/items of the JSON schema"]],
  ])("are refused for %s, with its path", async (_, of, [message, where]) => {
    const lines = (await errorText(() => schemaGrammar(of))).split("\n");
    expect([lines[0], lines.find((line) => line.startsWith("  at:"))?.slice(12)]).toEqual([message, where]);
  });

  it.each([
    ["bounds that exclude each other", { type: "integer", minimum: 3, maximum: 2 }],
    ["a value that contains itself for ever", { properties: { a: { $ref: "#" } }, required: ["a"] }],
    ["a list of none of its type", { type: "string", enum: [1] }],
    ["nothing", false],
  ])("are refused where there are none: %s", async (_, of) => {
    expect(await errorText(() => automatonOf(schemaGrammar(of)))).toBe(
      [
        "usage error: no text has the format",
        "  got:      bounds, choices or characters that exclude each other, or a value that contains itself for ever",
      ].join("\n"),
    );
  });

  it("are refused where a schema is itself, with nothing in between", async () => {
    const of = { anyOf: [{ type: "null" }, { $ref: "#" }] };
    expect(await errorText(() => automatonOf(schemaGrammar(of)))).toBe(
      [
        "usage error: # of the JSON schema is itself, with nothing in between",
        "  expected: a value that contains itself within an array or an object",
      ].join("\n"),
    );
  });

  it.each([
    ["types that differ", { oneOf: [{ type: "string" }, { type: ["integer", "null"] }] }],
    ["values that differ", { oneOf: [{ const: 1 }, { enum: [2, 3] }] }],
    [
      "a property that tells them apart",
      {
        oneOf: [
          { type: "object", properties: { kind: { const: "a" } }, required: ["kind"] },
          { $ref: "#/$defs/b" },
        ],
        $defs: { b: { type: "object", properties: { kind: { const: "b" } }, required: ["kind"] } },
      },
    ],
    [
      "one that only one has",
      {
        oneOf: [
          { type: "object", properties: { a: true }, required: ["a"] },
          { type: "object", properties: { b: true }, additionalProperties: false },
        ],
      },
    ],
  ])("may be of one of several: %s", (_, of) => {
    expect(schemaGrammar({ ...of }).root).toBe("#");
  });
});

describe("a schema of zod", () => {
  const later = "leave it out of the format, and check what comes with it";
  it.each([
    [
      "a refinement",
      "a refinement",
      z.object({ a: z.string().refine((text) => text !== "x") }),
      "properties/a",
      later,
    ],
    [
      "a text that is trimmed first",
      "a change of a text that is checked",
      z.string().trim().min(3),
      "",
      later,
    ],
    [
      ...["a number that a text becomes", "a check of what becomes of a value"],
      ...[z.string().transform(Number).pipe(z.number().min(3)), "", later],
    ],
    [
      ...["a pattern that ignores case", "a pattern that ignores case, /ab/i"],
      ...[z.array(z.string().regex(/ab/i)), "items", "write both cases: [Aa]"],
    ],
  ] as const)("is refused for %s", async (_, what, of, path, hint) => {
    expect(await errorText(() => zodJsonSchema(of))).toBe(
      [
        `usage error: the schema of zod has ${what}, which generation cannot hold to`,
        "  expected: checks of what is written, as a JSON schema says them",
        `  at:       #/${path} of the schema of zod`,
        `  hint:     ${hint}`,
      ].join("\n"),
    );
  });

  it("is refused for a type that JSON has not", async () => {
    expect(await errorText(() => zodJsonSchema(z.date()))).toBe(
      [
        "usage error: the schema of zod is no JSON schema",
        "  expected: types that JSON has",
        "  got:      Date cannot be represented in JSON Schema",
      ].join("\n"),
    );
  });

  it("may trim, and make something else of what it takes", () => {
    const of = z.object({ a: z.string().trim(), b: z.string().transform((text) => text.length) });
    expect(zodJsonSchema(of)).toMatchObject({ properties: { a: { type: "string" }, b: { type: "string" } } });
  });
});
