/** @file Options of a program that are not what they must be, as JavaScript gives them: each is said by its line. */
import { expect, test } from "vitest";
import { program } from "../../src/dsl/index.js";
import { complaint } from "./trace.js";

test("what is wrong with a program's options is said by its line", () => {
  const js = program as unknown as (...given: unknown[]) => unknown;
  const said = [
    () => js({}, () => ({})),
    () => js("mlp", () => ({})),
    () => js({ name: "mlp", input: {} }, () => ({})),
    () => js({ name: "mlp", inputs: { x: [2, 3] } }, () => ({})),
    () => js({ name: "mlp" }),
  ];
  expect(said.map(complaint).join("\n\n")).toMatchInlineSnapshot(`
    "usage error: program takes another kind of "name"
      expected: text
      got:      undefined
      at:       test/dsl/program-options.test.ts LINE
      | () => js({}, () => ({})),
      |       ^

    usage error: program takes its options as an object
      expected: name, state, precision, parameterType, probes, inputs, parameters
      got:      "mlp"
      at:       test/dsl/program-options.test.ts LINE
      | () => js("mlp", () => ({})),
      |       ^

    usage error: program has no option "input"
      expected: name, state, precision, parameterType, probes, inputs, parameters
      at:       test/dsl/program-options.test.ts LINE
      | () => js({ name: "mlp", input: {} }, () => ({})),
      |       ^
      hint:     did you mean inputs?

    usage error: "x" of program "mlp" takes another kind of declaration
      expected: an object with axes, dtype
      got:      a list of 2
      at:       test/dsl/program-options.test.ts LINE
      | () => js({ name: "mlp", inputs: { x: [2, 3] } }, () => ({})),
      |       ^

    usage error: program takes another kind of body
      expected: a function that returns the results: program({ name }, () => ({ y }))
      got:      undefined
      at:       test/dsl/program-options.test.ts LINE
      | () => js({ name: "mlp" }),
      |       ^"
  `);
});
